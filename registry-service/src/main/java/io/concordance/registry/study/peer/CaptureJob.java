package io.concordance.registry.study.peer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A capture job as capture-service tells it.
 *
 * @param hooks canonical names, in the order asked for
 * @param tokens token positions run through the model so far
 */
public record CaptureJob(
        String id,
        String state,
        List<String> hooks,
        Slices slices,
        long tokens,
        @Nullable String problem) {

    public record Slices(int total, int done) {}

    /** What to capture; {@code arms} name uploaded transcripts by digest. */
    public record Order(String model, List<String> hooks, String role, String dtype, List<Arm> arms) {}

    public record Arm(String name, String kind, String transcripts) {}

    public boolean completed() {
        return state.equals("completed");
    }

    public boolean ended() {
        return completed() || state.equals("failed") || state.equals("cancelled");
    }
}
