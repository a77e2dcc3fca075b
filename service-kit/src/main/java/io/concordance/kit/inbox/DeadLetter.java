package io.concordance.kit.inbox;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A record that was put aside. Its texts have every character that cannot be seen written by its code.
 *
 * @param id its {@link RecordPlace}
 * @param key null where it had none
 * @param reason why it was refused
 * @param bytes of its value
 * @param at when it was put aside
 * @param endedBy who replayed or discarded it, null while it waits
 * @param endedWhy why it was discarded
 */
record DeadLetter(
        String id,
        String topic,
        int partition,
        long offset,
        @Nullable String key,
        @Nullable String reason,
        int bytes,
        Instant at,
        State state,
        @Nullable Instant endedAt,
        @Nullable String endedBy,
        @Nullable String endedWhy) {

    enum State {
        WAITING,
        REPLAYED,
        DISCARDED;

        @JsonValue
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
