package io.concordance.registry.access;

import io.concordance.kit.access.Caller;
import io.concordance.kit.access.RefusedException;
import io.concordance.kit.access.Roles;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.ReviewState;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Keeps what is watched from whoever trains a model, and says what is kept from whom. */
@Path("/v1/access")
@Blocking
class AccessResource {
    private final Caller caller;
    private final SecurityIdentity identity;
    private final FeatureRepository features;

    AccessResource(Caller caller, SecurityIdentity identity, FeatureRepository features) {
        this.caller = caller;
        this.identity = identity;
        this.features = features;
    }

    /**
     * What the statement {@code usedInTraining: false} of releases rests on here.
     *
     * @param deniedRoles roles that read nothing of watched features
     * @param credentialsRequired whether a request without a credential is refused; while it is not, a training job need
     *     only leave its own out
     */
    record Holdouts(List<String> deniedRoles, boolean credentialsRequired) {}

    @GET
    @RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR, Roles.MONITOR})
    public Holdouts holdouts() {
        return new Holdouts(List.of(Roles.TRAINER), caller.required());
    }

    /** @throws RefusedException for a credential that may not read this, whatever its other roles may */
    @ServerRequestFilter
    public void check(ContainerRequestContext request) {
        if (caller.unnamed() || !Roles.trains(identity.getRoles())) {
            return;
        }
        String path = request.getUriInfo().getRequestUri().getPath();
        if (!Holdout.allows(request.getMethod(), path, this::watched)) {
            throw new RefusedException("What is watched in deployment is kept from role " + Roles.TRAINER + ".");
        }
    }

    private boolean watched(String uid) {
        return features.find(uid)
                .map(feature -> feature.state() == ReviewState.APPROVED)
                .orElse(false);
    }
}
