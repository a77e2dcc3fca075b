package io.concordance.interp.analysis;

import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.interp.evidence.Coverage;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The analysis of one dictionary. There is one for each dictionary digest, and its id follows from the digest.
 *
 * @param run dictionary run that made the dictionary
 * @param shardsTotal 0 until all shards of the dictionary's jobs have been heard of
 * @param features features that fired; 0 until completed
 * @param attributions how many events of features with bad outcomes of arms it ended in; 0 until completed
 * @param problem why it failed
 * @param coverage how much of each arm the dictionary reconstructs; null until completed
 * @param evidence what a pass would go on from; null until it is first stored
 */
public record Analysis(
        UUID id,
        String run,
        String dictionary,
        State state,
        int shardsDone,
        int shardsTotal,
        int features,
        int attributions,
        @Nullable String problem,
        @Nullable List<Coverage> coverage,
        @Nullable Gathered evidence,
        Instant createdAt,
        @Nullable Instant finishedAt) {

    public enum State {
        RUNNING,
        COMPLETED,
        FAILED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State parse(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** Stored evidence: how many shards it holds, and the digest of its bytes. */
    public record Gathered(int shards, String digest, long bytes) {}

    boolean ended() {
        return state != State.RUNNING;
    }
}
