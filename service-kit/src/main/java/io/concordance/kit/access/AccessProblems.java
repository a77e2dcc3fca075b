package io.concordance.kit.access;

import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.problem.ProblemMappers;
import io.concordance.kit.problem.ProblemTypes;
import io.quarkus.oidc.OIDCException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Says 401 to whom nobody knows and 403 to who may not. */
public class AccessProblems {
    private static final Logger LOG = Logger.getLogger(AccessProblems.class);

    private static final RefusedException NO_ROLE =
            new RefusedException("None of this credential's roles may do this.");

    private final ProblemMappers problems;
    private final SecurityIdentity identity;
    private final Instance<Refusals> refusals;
    private final RateFilter rate;

    AccessProblems(ProblemMappers problems, SecurityIdentity identity, Instance<Refusals> refusals, RateFilter rate) {
        this.problems = problems;
        this.identity = identity;
        this.refusals = refusals;
        this.rate = rate;
    }

    @ServerExceptionMapper
    public Response anonymous(UnauthorizedException refusal) {
        return unauthorized("This takes a credential: Authorization: Bearer and a token or an API key.");
    }

    @ServerExceptionMapper
    public Response unknown(AuthenticationFailedException refusal) {
        return unauthorized("This credential is not known here.");
    }

    /** The service began without its OpenID provider, and has no keys to check a token with. */
    @ServerExceptionMapper
    public Response providerAway(OIDCException failure) {
        LOG.warnf("A token could not be checked: %s", failure.getMessage());
        return problems.problem(new ProblemException(
                503,
                ProblemTypes.PEER_UNAVAILABLE,
                "Peer unavailable",
                "The OpenID provider has not answered yet, so that no token can be checked; try again."));
    }

    /** Also refusals count as requests, so that nobody fills the audit trail with them. */
    @ServerExceptionMapper
    public Uni<Response> forbidden(ForbiddenException refusal, ContainerRequestContext request) {
        Optional<Response> tooMany = rate.limit();
        if (tooMany.isPresent()) {
            return Uni.createFrom().item(tooMany.get());
        }
        Holder who = new Holder(identity.getPrincipal().getName(), Set.copyOf(identity.getRoles()));
        String asked =
                request.getMethod() + " " + request.getUriInfo().getRequestUri().getPath();
        RefusedException reason = refusal instanceof RefusedException own ? own : NO_ROLE;
        String what = reason.what() == null ? asked : asked + ", " + reason.what();
        return Uni.createFrom()
                .item(() -> {
                    LOG.infof("Refused: %s with roles %s: %s", who.name(), who.roles(), what);
                    refusals.forEach(listener -> listener.refused(who, what));
                    return problems.problem(
                            new ProblemException(403, ProblemTypes.FORBIDDEN, "Forbidden", reason.detail()));
                })
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    private Response unauthorized(String detail) {
        Response problem =
                problems.problem(new ProblemException(401, ProblemTypes.UNAUTHORIZED, "Unauthorized", detail));
        return Response.fromResponse(problem)
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
                .build();
    }
}
