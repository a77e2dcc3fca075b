package io.concordance.interp.elicit;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A search for inputs that make silent features fire, and how far it has come.
 *
 * @param features indices of the features
 * @param round number of the capture job that is next or under way, from 0
 * @param job capture job of this round; null until it was accepted
 * @param progress one entry for each feature once the search has begun
 * @param problem why it failed
 */
record Elicitation(
        UUID id,
        UUID analysis,
        List<Integer> features,
        Budget budget,
        long seed,
        State state,
        int round,
        @Nullable String job,
        List<Progress> progress,
        @Nullable String problem,
        Instant createdAt,
        @Nullable Instant finishedAt) {

    /**
     * What the search of each feature may take.
     *
     * @param tokens that are run through the model
     * @param rounds capture jobs
     */
    record Budget(long tokens, int rounds) {}

    /** @param best largest pre-activation so far, see {@link io.concordance.interp.feature.Elicited}; null before the first round */
    record Progress(
            int feature,
            boolean fired,
            boolean ended,
            int tried,
            long forwardTokens,
            double threshold,
            @Nullable Double best) {}

    enum State {
        /** For the analysis to be complete and for texts to begin with. */
        WAITING,
        SEARCHING,
        COMPLETED,
        FAILED;

        @JsonValue
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State parse(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }
}
