package io.concordance.interp.chat;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was spent on one piece of work, and what was answered. Durable: money set aside before a question counts as spent if
 * nothing is ever heard of it, so that no crash leads over a budget.
 */
public interface Ledger {
    /** An earlier answer to the same question at the same endpoint; it costs nothing. */
    Optional<Answered> known(String question);

    /** Sets aside the most that a question can take; false when that would go over the budget. */
    boolean reserve(Usage most, double money);

    /**
     * Books a question that was asked, in place of what was set aside.
     *
     * @param answered null when there was no usable answer
     */
    void settle(Usage most, double reserved, Usage taken, double money, String question, @Nullable Answered answered);

    /**
     * An answer as it is kept.
     *
     * @param logProbability of a text that was weighed; null where the endpoint gave none, and for words
     */
    record Answered(
            @Nullable String text, boolean cut, @Nullable Double logProbability) {}
}
