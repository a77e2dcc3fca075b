package io.concordance.registry.incident;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of capture: transcripts are kept there, and the unmodified model reads them. Every call may throw
 * {@link io.concordance.registry.peer.PeerUnavailable} (try again) or {@link io.concordance.registry.peer.PeerRefusal} (do
 * not).
 */
interface Capture {

    /** Uploads a transcript file; the same file again is the same one. */
    Uploaded upload(byte[] lines);

    /** Begins a job; the same key with the same order begins it once. */
    Job submit(Order order, String idempotencyKey);

    Job job(String id);

    record Uploaded(String digest) {}

    record Job(String id, String state, @Nullable String problem) {
        boolean completed() {
            return state.equals("completed");
        }

        boolean ended() {
            return completed() || state.equals("failed") || state.equals("cancelled");
        }
    }

    /** A job without interventions. */
    record Order(
            String model, List<String> hooks, String role, String dtype, String contextPolicy, List<OrderArm> arms) {}

    /** @param rendering null for the model's own way */
    record OrderArm(
            String name,
            String kind,
            String transcripts,
            @Nullable String rendering) {}
}
