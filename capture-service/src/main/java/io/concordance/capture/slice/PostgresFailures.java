package io.concordance.capture.slice;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Set;

/** Tells a database that is away for a while from a statement that is wrong. */
final class PostgresFailures {
    /** SQLSTATE classes: connection, transaction rollback, resources, operator intervention, system error. */
    private static final Set<String> TRANSIENT = Set.of("08", "40", "53", "57", "58");

    private PostgresFailures() {}

    static boolean isTransient(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                String state = sql.getSQLState();
                return sql instanceof SQLTransientException
                        || state == null
                        || TRANSIENT.contains(state.substring(0, Math.min(2, state.length())));
            }
        }
        return false;
    }
}
