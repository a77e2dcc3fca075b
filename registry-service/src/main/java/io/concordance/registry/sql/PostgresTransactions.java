package io.concordance.registry.sql;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

@ApplicationScoped
class PostgresTransactions implements Transactions {
    private final Jdbi jdbi;

    PostgresTransactions(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public <T> T inTransaction(Supplier<T> work) {
        return jdbi.inTransaction(handle -> work.get());
    }
}
