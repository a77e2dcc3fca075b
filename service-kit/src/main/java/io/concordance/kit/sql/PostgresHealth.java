package io.concordance.kit.sql;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** Says whether PostgreSQL answers and has this version's schema. */
@Readiness
@ApplicationScoped
class PostgresHealth implements HealthCheck {
    private final Jdbi jdbi;
    private final Flyway flyway;
    private volatile boolean migrated;

    PostgresHealth(Jdbi jdbi, Flyway flyway) {
        this.jdbi = jdbi;
        this.flyway = flyway;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder health = HealthCheckResponse.named("postgres");
        try {
            jdbi.useHandle(handle -> handle.execute("select 1"));
            int pending = pending();
            return pending == 0
                    ? health.up().build()
                    : health.down()
                            .withData("missing", "the schema: " + pending + " migrations have not run")
                            .build();
        } catch (JdbiException | FlywayException e) {
            return health.down()
                    .withData("missing", String.valueOf(e.getMessage()))
                    .build();
        }
    }

    /** Migrations that another process is to run before this one can work; none is ever undone. */
    private int pending() {
        int pending = migrated ? 0 : flyway.info().pending().length;
        migrated = pending == 0;
        return pending;
    }
}
