package io.concordance.capture.job;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Roles;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.sse.Progress;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.net.URI;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /v1/capture-jobs}. */
@Path("/v1/capture-jobs")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class CaptureJobResource {
    private static final int MAX_PAGE = 200;

    private final CaptureJobs jobs;

    CaptureJobResource(CaptureJobs jobs) {
        this.jobs = jobs;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Idempotent
    @RolesAllowed(Roles.SUBMITTER)
    public Response submit(@Nullable CaptureJobRequest request) {
        if (request == null) {
            throw new FieldProblem("", null, "a capture job");
        }
        CaptureJob job = jobs.submit(request);
        return Response.accepted(job)
                .location(URI.create("/v1/capture-jobs/" + job.id()))
                .build();
    }

    @POST
    @Path("/{id}/arms")
    @Consumes(MediaType.APPLICATION_JSON)
    @Idempotent
    @RolesAllowed(Roles.SUBMITTER)
    public Response extend(@PathParam("id") String id, CaptureJobRequest.@Nullable Extension request) {
        if (request == null) {
            throw new FieldProblem("", null, "arms");
        }
        CaptureJob job = jobs.extend(uuid(id), request).orElseThrow(() -> ProblemException.notFound("capture job", id));
        return Response.accepted(job)
                .location(URI.create("/v1/capture-jobs/" + job.id()))
                .build();
    }

    @GET
    public Page<CaptureJob> list(
            @QueryParam("cursor") @Nullable String cursor, @QueryParam("limit") @DefaultValue("50") int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new FieldProblem("limit", limit, "1 to " + MAX_PAGE);
        }
        return jobs.list(cursor == null ? null : cursor(cursor), limit);
    }

    @GET
    @Path("/{id}")
    public CaptureJob get(@PathParam("id") String id) {
        return existing(id);
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Roles.SUBMITTER)
    public CaptureJob cancel(@PathParam("id") String id) {
        CaptureJob job = jobs.cancel(uuid(id)).orElseThrow(() -> ProblemException.notFound("capture job", id));
        if (job.state() != CaptureJob.State.CANCELLED) {
            throw ProblemException.conflict(
                    "Capture job " + id + " has already " + job.state().text() + ".");
        }
        return job;
    }

    @GET
    @Path("/{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Blocking
    public Multi<OutboundSseEvent> events(@PathParam("id") String id, @Context Sse sse) {
        existing(id);
        return Progress.stream(sse, () -> existing(id), job -> job.state().isFinal());
    }

    @GET
    @Path("/{id}/attributions")
    public Page<AttributedSlice> attributions(
            @PathParam("id") String id,
            @QueryParam("cursor") @DefaultValue("-1") int cursor,
            @QueryParam("limit") @DefaultValue("50") int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new FieldProblem("limit", limit, "1 to " + MAX_PAGE);
        }
        return jobs.attributions(existing(id).id(), cursor, limit);
    }

    @GET
    @Path("/{id}/directions")
    public Page<FoundDirections> directions(@PathParam("id") String id) {
        return new Page<>(jobs.directions(existing(id).id()), null);
    }

    private CaptureJob existing(String id) {
        return jobs.find(uuid(id)).orElseThrow(() -> ProblemException.notFound("capture job", id));
    }

    private static UUID uuid(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw ProblemException.notFound("capture job", id);
        }
    }

    private static UUID cursor(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new FieldProblem("cursor", text, "the 'next' of an earlier page");
        }
    }
}
