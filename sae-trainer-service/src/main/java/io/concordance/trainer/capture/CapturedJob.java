package io.concordance.trainer.capture;

import java.util.List;

/**
 * A capture job as announced.
 *
 * @param id canonical UUID
 * @param hooks canonical hook point names
 * @param arms names
 */
public record CapturedJob(String id, String model, List<String> hooks, String role, List<String> arms, int slices) {
    static final String LEARNING = "learning";

    /** Whether its rows may be learnt from; those of role {@code evaluation} may not. */
    public boolean isForLearning() {
        return role.equals(LEARNING);
    }
}
