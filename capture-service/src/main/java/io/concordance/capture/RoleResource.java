package io.concordance.capture;

import io.concordance.kit.problem.ProblemException;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.ext.Provider;

/** Refuses whatever would change something in a process that only works off slices. */
@Provider
class RoleResource implements ContainerRequestFilter {
    /** Made before the configuration of the process is known, so read later. */
    private final Instance<CaptureConfig> config;

    RoleResource(Instance<CaptureConfig> config) {
        this.config = config;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (!request.getMethod().equals(HttpMethod.GET) && config.get().role() == CaptureConfig.Role.WORKER) {
            throw ProblemException.conflict(
                    "This process only runs slices (concordance.capture.role is worker). Ask one whose role is api or both.");
        }
    }
}
