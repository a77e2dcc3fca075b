package io.concordance.kit.loop;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/** Says which loops have ended or stand still. Only another start mends either. */
@Liveness
@ApplicationScoped
class LoopsHealth implements HealthCheck {
    private final Loops loops;

    LoopsHealth(Loops loops) {
        this.loops = loops;
    }

    @Override
    public HealthCheckResponse call() {
        Map<String, String> problems = loops.problems();
        HealthCheckResponseBuilder health = HealthCheckResponse.named("loops").status(problems.isEmpty());
        problems.forEach(health::withData);
        return health.build();
    }
}
