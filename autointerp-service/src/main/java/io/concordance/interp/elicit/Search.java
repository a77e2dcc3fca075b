package io.concordance.interp.elicit;

import io.concordance.interp.elicit.Elicitation.Progress;
import io.concordance.interp.feature.Elicited;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One feature's search between two rounds. With the seed and what capture reads on its candidates it says how the search goes
 * on.
 *
 * @param suggested token ids that may have to do with the feature: those its neighbours fire on, and those its direction
 *     promotes
 * @param neighbours token ids around firings of its neighbours, {@code [text][token]}
 * @param kept the best inputs so far, best first
 * @param candidates inputs of the round
 * @param ended whether it has no further round
 * @param best null before the first round
 */
record Search(
        int feature,
        double threshold,
        List<Integer> suggested,
        List<int[]> neighbours,
        List<Scored> kept,
        List<Candidate> candidates,
        int tried,
        long forwardTokens,
        boolean ended,
        @Nullable Elicited best) {

    /** An input and the largest pre-activation on it. */
    @SuppressWarnings("ArrayRecordComponent") // shared, never changed
    record Scored(int[] tokens, double value) {}

    /**
     * An input to try. Token ids are those that the tokenizer gives for its text.
     *
     * @param swap how it differs from the best input that was kept; null when it does so in other ways
     */
    @SuppressWarnings("ArrayRecordComponent") // shared, never changed
    record Candidate(String text, int[] tokens, @Nullable Swap swap) {}

    /** One token in the place of another. */
    record Swap(int position, int token) {}

    /** The id of a candidate's document. */
    String document(int candidate) {
        return feature + "-" + candidate;
    }

    Search trying(List<Candidate> next) {
        return new Search(
                feature,
                threshold,
                suggested,
                neighbours,
                kept,
                next,
                tried,
                forwardTokens,
                ended || next.isEmpty(),
                best);
    }

    Progress progress() {
        return new Progress(
                feature,
                best != null && best.fired(),
                ended,
                tried,
                forwardTokens,
                threshold,
                best == null ? null : (Double) best.best());
    }

    /**
     * All searches of an order.
     *
     * @param texts token ids of texts that were read in learning, {@code [text][token]}, shared by the searches
     */
    record All(List<int[]> texts, List<Search> searches) {
        boolean ended() {
            return searches.stream().allMatch(Search::ended);
        }
    }
}
