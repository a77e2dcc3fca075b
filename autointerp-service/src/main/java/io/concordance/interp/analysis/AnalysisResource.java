package io.concordance.interp.analysis;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.probe.ProbeReport;
import io.concordance.kit.access.Roles;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.sse.Progress;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
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
import java.util.List;
import java.util.UUID;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jspecify.annotations.Nullable;

@Path("/v1/analyses")
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class AnalysisResource {
    private static final int LARGEST_PAGE = 1000;

    private final PostgresAnalyses analyses;
    private final Extension extension;

    AnalysisResource(PostgresAnalyses analyses, Extension extension) {
        this.analyses = analyses;
        this.extension = extension;
    }

    /**
     * Newest first.
     *
     * @param dictionary dictionary digest or run id; all analyses without it
     */
    @GET
    public Page<Analysis> list(
            @QueryParam("dictionary") @Nullable String dictionary,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @DefaultValue("100") int limit) {
        if (limit < 1 || limit > LARGEST_PAGE) {
            throw new FieldProblem("limit", limit, "1 to " + LARGEST_PAGE);
        }
        List<Analysis> found = analyses.list(dictionary, cursor == null ? null : cursor(cursor), limit + 1);
        return found.size() <= limit
                ? new Page<>(found, null)
                : new Page<>(found.subList(0, limit), found.get(limit - 1).id().toString());
    }

    private static UUID cursor(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new FieldProblem("cursor", text, "the 'next' of an earlier page");
        }
    }

    @GET
    @Path("/{id}")
    public Analysis get(@PathParam("id") String id) {
        return find(id);
    }

    @GET
    @Path("/{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    public Multi<OutboundSseEvent> events(@PathParam("id") String id, @Context Sse sse) {
        UUID known = find(id).id();
        return Progress.stream(sse, () -> find(known.toString()), Analysis::ended);
    }

    /** Runs a failed analysis again, when what was missing has come back. */
    @POST
    @Path("/{id}/retry")
    @RolesAllowed(Roles.SUBMITTER)
    public Response retry(@PathParam("id") String id) {
        Analysis analysis = find(id);
        if (!analyses.retry(analysis.id())) {
            throw ProblemException.conflict("Only a failed analysis can be run again; this one is "
                    + find(id).state().text() + ".");
        }
        return Response.accepted(find(id)).build();
    }

    /** What a completed analysis is to read besides: all slices of these jobs that it has not read yet. */
    record More(@Nullable List<String> jobs) {}

    /** Goes on from the evidence that is there; its findings are said anew when it completes. */
    @POST
    @Path("/{id}/shards")
    @RolesAllowed(Roles.SUBMITTER)
    public Response extend(@PathParam("id") String id, @Nullable More more) {
        Analysis analysis = find(id);
        AnalysisTask task = analyses.task(analysis.id()).orElseThrow(() -> ProblemException.notFound("analysis", id));
        List<Addition> additions = extension.of(task, more == null || more.jobs() == null ? List.of() : more.jobs());
        if (!analyses.extend(task, additions)) {
            throw ProblemException.conflict("Only a completed analysis can be extended; this one is "
                    + find(id).state().text() + ".");
        }
        return Response.accepted(find(id)).build();
    }

    /** Probes of a completed analysis, and what the documents of every arm can say. */
    @GET
    @Path("/{id}/probes")
    public ProbeReport probes(@PathParam("id") String id) {
        return analyses.probes(find(id).id())
                .orElseThrow(() -> ProblemException.notFound("probes yet of analysis", id));
    }

    private Analysis find(String id) {
        try {
            return analyses.find(UUID.fromString(id)).orElseThrow(() -> ProblemException.notFound("analysis", id));
        } catch (IllegalArgumentException e) {
            throw ProblemException.notFound("analysis", id);
        }
    }
}
