package io.concordance.interp.chat;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Work that asks one endpoint, and how far it is.
 *
 * @param problem why it waits or was stopped
 * @param nextAttemptAt when its endpoint is tried again; null unless it waits
 */
public record ChatWork(
        UUID id,
        State state,
        Endpoint endpoint,
        Budget budget,
        Spent spent,
        Tasks tasks,
        @Nullable String problem,
        @Nullable Instant nextAttemptAt,
        Instant createdAt,
        @Nullable Instant finishedAt) {

    public enum State {
        RUNNING,
        /** Running, but its endpoint gave no answers. */
        WAITING,
        /** Its budget is spent; what is done stays done, and it goes on with more. */
        STOPPED,
        COMPLETED,
        CANCELLED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        static State parse(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * @param promptTokens as the endpoint counted, or, where it gave no count or no answer, the most it can be
     * @param questions that were sent and answered; earlier answers that were used again are not among them
     */
    public record Spent(long promptTokens, long answerTokens, double money, int questions) {}

    /**
     * @param pending still to come, those that wait for another attempt among them
     * @param done with an answer, readable or not
     * @param refused by the endpoint for good
     */
    public record Tasks(int total, int pending, int done, int refused) {}

    public boolean ended() {
        return state == State.COMPLETED || state == State.CANCELLED;
    }
}
