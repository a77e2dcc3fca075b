package io.concordance.interp.shift;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A shift test and how far it has come.
 *
 * @param features indices of the features that are tested
 * @param job capture job that reads the windows again; null until it was accepted
 * @param documents readings of windows, each a document of the job; 0 until they are chosen
 * @param problem why it failed
 */
record ShiftOrder(
        UUID id,
        UUID analysis,
        List<Integer> features,
        State state,
        @Nullable String job,
        int documents,
        @Nullable String problem,
        Instant createdAt,
        @Nullable Instant finishedAt) {

    enum State {
        /** For its windows to be chosen. */
        WAITING,
        CAPTURING,
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
