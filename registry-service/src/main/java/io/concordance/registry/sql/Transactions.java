package io.concordance.registry.sql;

import java.util.function.Supplier;

/** One transaction around what several repositories do on this thread. */
public interface Transactions {

    /** Runs the work in the transaction that is already open on this thread, or in a new one; all of it or nothing. */
    <T> T inTransaction(Supplier<T> work);
}
