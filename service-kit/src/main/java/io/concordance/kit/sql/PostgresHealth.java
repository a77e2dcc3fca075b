package io.concordance.kit.sql;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** Says whether PostgreSQL answers. */
@Readiness
@ApplicationScoped
class PostgresHealth implements HealthCheck {
    private final Jdbi jdbi;

    PostgresHealth(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder health = HealthCheckResponse.named("postgres");
        try {
            jdbi.useHandle(handle -> handle.execute("select 1"));
            return health.up().build();
        } catch (JdbiException e) {
            return health.down()
                    .withData("missing", String.valueOf(e.getMessage()))
                    .build();
        }
    }
}
