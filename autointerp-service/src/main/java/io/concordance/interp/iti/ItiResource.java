package io.concordance.interp.iti;

import io.concordance.kit.access.Roles;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.problem.ProblemException;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Path("/v1/inference-time-interventions")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class ItiResource {
    private final ItiRequests requests;
    private final PostgresItiRuns runs;

    ItiResource(ItiRequests requests, PostgresItiRuns runs) {
        this.requests = requests;
        this.runs = runs;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Idempotent
    @RolesAllowed(Roles.SUBMITTER)
    public Response request(@Nullable ItiRequest request) {
        UUID id = runs.add(requests.check(request));
        return Response.accepted(find(id.toString()))
                .location(URI.create("/v1/inference-time-interventions/" + id))
                .build();
    }

    @GET
    @Path("/{id}")
    public ItiRun.Report get(@PathParam("id") String id) {
        return find(id);
    }

    private ItiRun.Report find(String id) {
        try {
            return runs.find(UUID.fromString(id))
                    .map(ItiRun::report)
                    .orElseThrow(() -> ProblemException.notFound("inference-time intervention", id));
        } catch (IllegalArgumentException e) {
            throw ProblemException.notFound("inference-time intervention", id);
        }
    }
}
