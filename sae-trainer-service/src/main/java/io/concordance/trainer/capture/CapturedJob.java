package io.concordance.trainer.capture;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A capture job as announced.
 *
 * @param id canonical UUID
 * @param hooks canonical hook point names
 * @param arms names
 * @param transcripts digest of each arm's transcripts
 * @param tokenizerDigest null when it was not stated
 */
public record CapturedJob(
        String id,
        String model,
        List<String> hooks,
        String role,
        List<String> arms,
        List<String> transcripts,
        int slices,
        @Nullable String tokenizerDigest) {
    static final String LEARNING = "learning";

    /** Whether its rows may be learnt from; those of role {@code evaluation} may not. */
    public boolean isForLearning() {
        return role.equals(LEARNING);
    }
}
