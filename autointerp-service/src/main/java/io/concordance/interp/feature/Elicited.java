package io.concordance.interp.feature;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The best input that a search for one that makes a silent feature fire came upon. Nobody wrote it but the search: no arm
 * counts it as a firing and no grade rests on it.
 *
 * @param fired whether {@code best} is above the threshold
 * @param tried inputs that were run through the model
 * @param forwardTokens tokens that were run through it, all inputs together
 * @param rounds capture jobs
 * @param threshold the dictionary's own threshold of the feature
 * @param best largest pre-activation reached, on the token at {@code peak}; tokens that the tokenizer puts in front do not count
 * @param share {@code best} / {@code threshold}; null where the threshold is 0
 * @param job capture job that read the input
 * @param text the input
 * @param ids its token ids as the model read them; {@code tokens} their texts
 * @param preActivations of the feature, by token
 */
@SuppressWarnings("ArrayRecordComponent") // written as JSON and dropped
public record Elicited(
        boolean fired,
        int tried,
        long forwardTokens,
        int rounds,
        long seed,
        double threshold,
        double best,
        @Nullable Double share,
        String job,
        String text,
        int peak,
        int[] ids,
        List<String> tokens,
        float[] preActivations) {

    /** The same input after so much searching. */
    public Elicited after(int inputs, long run, int jobs) {
        return new Elicited(
                fired, inputs, run, jobs, seed, threshold, best, share, job, text, peak, ids, tokens, preActivations);
    }
}
