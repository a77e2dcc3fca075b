package io.concordance.interp.explanation;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.chat.Budget;
import io.concordance.interp.chat.PostgresChatWork;
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
import jakarta.ws.rs.PUT;
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
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class ExplanationResource {
    private static final int LARGEST_PAGE = 1000;

    private final ExplanationRequests requests;
    private final PostgresExplanations explanations;
    private final PostgresChatWork work;

    ExplanationResource(ExplanationRequests requests, PostgresExplanations explanations, PostgresChatWork work) {
        this.requests = requests;
        this.explanations = explanations;
        this.work = work;
    }

    @POST
    @Path("/explanations")
    @Consumes(MediaType.APPLICATION_JSON)
    @Idempotent
    @RolesAllowed(Roles.SUBMITTER)
    public Response request(@Nullable ExplanationRequest request) {
        UUID id = explanations.add(requests.check(request));
        return Response.accepted(find(id.toString()))
                .location(URI.create("/v1/explanations/" + id))
                .build();
    }

    /** Newest first. */
    @GET
    @Path("/explanations")
    public Page<ExplanationOrder> list(
            @QueryParam("cursor") @Nullable String cursor, @QueryParam("limit") @DefaultValue("50") int limit) {
        List<UUID> found = explanations.list(cursor == null ? null : cursor(cursor), limit(limit) + 1);
        List<ExplanationOrder> shown =
                found.stream().limit(limit).map(id -> find(id.toString())).toList();
        return new Page<>(
                shown, found.size() <= limit ? null : found.get(limit - 1).toString());
    }

    @GET
    @Path("/explanations/{id}")
    public ExplanationOrder get(@PathParam("id") String id) {
        return find(id);
    }

    /** Feature by feature: what waits, what was said, how it scored. */
    @GET
    @Path("/explanations/{id}/features")
    public Page<Explanation> features(
            @PathParam("id") String id,
            @QueryParam("cursor") @DefaultValue("-1") int cursor,
            @QueryParam("limit") @DefaultValue("100") int limit) {
        List<Explanation> found = explanations.of(find(id).work().id(), cursor, limit(limit) + 1);
        return found.size() <= limit
                ? new Page<>(found, null)
                : new Page<>(
                        found.subList(0, limit),
                        Integer.toString(found.get(limit - 1).index()));
    }

    @GET
    @Path("/explanations/{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Blocking
    public Multi<OutboundSseEvent> events(@PathParam("id") String id, @Context Sse sse) {
        find(id);
        return Progress.stream(sse, () -> find(id), order -> order.work().ended());
    }

    /** Another budget; work that was stopped for want of it goes on, work that waits tries at once. */
    @PUT
    @Path("/explanations/{id}/budget")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Roles.SUBMITTER)
    public ExplanationOrder goOn(@PathParam("id") String id, @Nullable Budget budget) {
        if (budget == null) {
            throw new FieldProblem("", null, "a budget");
        }
        if (!work.goOn(find(id).work().id(), budget)) {
            throw ProblemException.conflict("This request for explanations has ended.");
        }
        return find(id);
    }

    @DELETE
    @Path("/explanations/{id}")
    @RolesAllowed(Roles.SUBMITTER)
    public ExplanationOrder cancel(@PathParam("id") String id) {
        if (!work.cancel(find(id).work().id())) {
            throw ProblemException.conflict("This request for explanations has ended.");
        }
        return find(id);
    }

    /** What language models said about one feature, newest first. */
    @GET
    @Path("/features/{uid}/explanations")
    public Page<Explanation> ofFeature(@PathParam("uid") String uid) {
        if (!explanations.hasFeature(uid)) {
            throw ProblemException.notFound("feature", uid);
        }
        return new Page<>(explanations.ofFeature(uid), null);
    }

    private static int limit(int limit) {
        if (limit < 1 || limit > LARGEST_PAGE) {
            throw new FieldProblem("limit", limit, "1 to " + LARGEST_PAGE);
        }
        return limit;
    }

    private static UUID cursor(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new FieldProblem("cursor", text, "the 'next' of an earlier page");
        }
    }

    private ExplanationOrder find(String id) {
        try {
            return explanations
                    .find(UUID.fromString(id))
                    .orElseThrow(() -> ProblemException.notFound("request for explanations", id));
        } catch (IllegalArgumentException e) {
            throw ProblemException.notFound("request for explanations", id);
        }
    }
}
