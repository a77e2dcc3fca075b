package io.concordance.capture.job;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A capture job and how far it has come.
 *
 * @param hooks canonical hook point names
 * @param role {@code learning} or {@code evaluation}
 * @param dtype {@code fp16}, {@code fp32} or {@code bf16}
 * @param contextPolicy what becomes of documents longer than the model's context, a {@link ContextPolicy}
 * @param positionMeans whether shards also hold sums by position
 * @param documents documents over all arms
 * @param truncatedDocuments documents cut to the model's context, so far
 * @param tokens token positions run through the model, so far
 * @param rows rows in shards summed over hooks, so far
 * @param problem why it failed
 */
public record CaptureJob(
        UUID id,
        State state,
        String model,
        List<String> hooks,
        String role,
        String dtype,
        String contextPolicy,
        boolean positionMeans,
        List<Arm> arms,
        Slices slices,
        int documents,
        int truncatedDocuments,
        long tokens,
        long rows,
        @Nullable String problem,
        Instant createdAt,
        @Nullable Instant finishedAt) {

    /** {@code transcripts} is the digest of the file; {@code documents} their number. */
    public record Arm(String name, String kind, String transcripts, int documents) {}

    public record Slices(int total, int done) {}

    public enum State {
        ACCEPTED,
        RUNNING,
        COMPLETED,
        FAILED,
        CANCELLED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static State of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }

        public boolean isFinal() {
            return this != ACCEPTED && this != RUNNING;
        }
    }

    public CaptureJob {
        hooks = List.copyOf(hooks);
        arms = List.copyOf(arms);
    }
}
