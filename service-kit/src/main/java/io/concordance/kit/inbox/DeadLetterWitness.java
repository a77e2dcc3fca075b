package io.concordance.kit.inbox;

import org.jspecify.annotations.Nullable;

/**
 * Hears of every dead letter that somebody deals with, as the last thing in that transaction. In a service without an
 * implementation the letter's own row and the log tell of it.
 */
public interface DeadLetterWitness {
    /**
     * @param id of the letter
     * @param state {@code replayed} or {@code discarded}
     * @param why reason of a discarded one
     */
    void ended(String id, String state, String by, @Nullable String why);
}
