package io.concordance.cli.platform;

import java.util.List;

/** The parts of a platform that run; both lists are empty when it is down. */
public record PlatformStatus(List<PartStatus> services, List<PartStatus> infra) {

    public boolean isDown() {
        return services.isEmpty() && infra.isEmpty();
    }
}
