package io.concordance.registry.incident;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session on which a rule fired, as its monitor reported it.
 *
 * @param id {@code i_} and the first 32 hex digits of the snapshot's digest: the same snapshot is the same incident
 * @param at when it was taken in
 * @param release digest of the release that the monitor was armed with
 * @param session the monitor's own name for it
 * @param rules ids of the rules that fired, as the monitor says
 * @param evaluated ids of the rules that fire on the snapshot's activations, as this registry evaluates them
 * @param replayable whether it holds a transcript
 * @param job the capture job that replays it, null while there is none
 * @param attempts replays begun
 * @param problem why the last replay came to nothing; null otherwise
 * @param replay what it showed, null before
 * @param arms what was made of it
 */
record Incident(
        String id,
        Instant at,
        State state,
        String monitor,
        String release,
        @Nullable String session,
        List<String> rules,
        List<String> evaluated,
        int tokens,
        int width,
        boolean replayable,
        Snapshot snapshot,
        @Nullable String job,
        int attempts,
        @Nullable String problem,
        @Nullable Replay replay,
        List<Arm> arms) {

    Incident {
        rules = List.copyOf(rules);
        evaluated = List.copyOf(evaluated);
        arms = List.copyOf(arms);
    }

    /** How far it is. */
    enum State {
        /** Not replayed yet. */
        @JsonProperty("open")
        OPEN,
        /** Replayed: the same tokens, and the same activations within tolerance. */
        @JsonProperty("replayed")
        REPLAYED,
        /** Replayed, and something else came out. */
        @JsonProperty("differs")
        DIFFERS;

        /** The name on the wire. */
        String wire() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Where its snapshot lies in the object store. */
    record Snapshot(String key, String sha256, long bytes) {}

    /** What audit entries about it are filed under. */
    String subject() {
        return "incident/" + id;
    }

    Incident with(State next, @Nullable String nextJob, int begun, @Nullable String why, @Nullable Replay found) {
        return new Incident(
                id,
                at,
                next,
                monitor,
                release,
                session,
                rules,
                evaluated,
                tokens,
                width,
                replayable,
                snapshot,
                nextJob,
                begun,
                why,
                found,
                arms);
    }
}
