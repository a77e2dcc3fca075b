package io.concordance.registry.study;

import io.concordance.contracts.study.StudyReport;
import io.concordance.kit.access.Roles;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.page.Page;
import io.concordance.kit.sse.Progress;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
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

/** Studies over REST. */
@Path("/v1/studies")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
public class StudyResource {
    private final StudyService studies;

    StudyResource(StudyService studies) {
        this.studies = studies;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Idempotent
    @RolesAllowed(Roles.SUBMITTER)
    public Response submit(@Nullable StudyOrder order) {
        StudyStatus status = studies.submit(order);
        return Response.accepted(status)
                .location(URI.create("/v1/studies/" + status.id()))
                .build();
    }

    @GET
    public Page<StudyStatus> list(
            @QueryParam("cursor") @Nullable UUID cursor, @QueryParam("limit") @Nullable Integer limit) {
        return studies.list(cursor, limit);
    }

    @GET
    @Path("/{id}")
    public StudyStatus status(@PathParam("id") UUID id) {
        return studies.status(id);
    }

    @GET
    @Path("/{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<OutboundSseEvent> events(@PathParam("id") UUID id, @Context Sse sse) {
        return Progress.stream(
                sse, () -> studies.status(id), status -> status.state().ended());
    }

    @GET
    @Path("/{id}/report")
    public StudyReport report(@PathParam("id") UUID id) {
        return studies.report(id);
    }
}
