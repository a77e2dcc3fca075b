package io.concordance.kit.sql;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/** Makes {@link Jdbi} injectable over the pooled data source. */
@Singleton
class JdbiProducer {

    /**
     * Nested {@code jdbi.inTransaction} calls on one thread join the outermost transaction; that is how an idempotent
     * request, its rows and its events become one commit.
     */
    @Produces
    @Singleton
    Jdbi jdbi(DataSource dataSource) {
        return Jdbi.create(dataSource);
    }
}
