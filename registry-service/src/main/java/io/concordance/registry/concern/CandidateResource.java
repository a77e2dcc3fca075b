package io.concordance.registry.concern;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Roles;
import io.concordance.kit.page.Page;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import org.jspecify.annotations.Nullable;

/** Features worth proposing, over REST. */
@Path("/v1/candidates")
@Blocking
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class CandidateResource {
    private static final int MAX_LIMIT = 500;

    private final ConcernService concerns;

    CandidateResource(ConcernService concerns) {
        this.concerns = concerns;
    }

    /** The best candidates; there is no next page. */
    @GET
    public Page<Candidate> list(
            @QueryParam("dictionary") @Nullable String dictionary,
            @QueryParam("strategy") @Nullable String strategy,
            @QueryParam("limit") @DefaultValue("100") int limit) {
        return new Page<>(concerns.candidates(dictionary, strategy, limit(limit)), null);
    }

    static int limit(int given) {
        if (given < 1 || given > MAX_LIMIT) {
            throw new FieldProblem("limit", given, "1 to " + MAX_LIMIT);
        }
        return given;
    }
}
