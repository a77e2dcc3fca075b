package io.concordance.registry.study;

import io.concordance.kit.access.Roles;
import io.concordance.kit.sse.Progress;
import io.concordance.registry.page.HtmlResource;
import io.concordance.registry.page.LivePart;
import io.quarkus.qute.Template;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Studies as pages. */
@Path("/studies")
@Blocking
@Produces(MediaType.TEXT_HTML)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class StudyPageResource {
    private final Template studies;
    private final Template study;
    private final Template studybody;
    private final StudyService service;

    StudyPageResource(Template studies, Template study, Template studybody, StudyService service) {
        this.studies = studies;
        this.study = study;
        this.studybody = studybody;
        this.service = service;
    }

    @GET
    public Response list(@QueryParam("cursor") @Nullable UUID cursor) {
        return HtmlResource.page(studies.data("page", service.listPage(cursor)));
    }

    @GET
    @Path("/{id}")
    public Response page(@PathParam("id") UUID id) {
        StudyPage page = service.page(id);
        TemplateInstance shown = study.data("page", page);
        return page.script() == null
                ? HtmlResource.page(shown)
                : HtmlResource.scripted(shown, Response.Status.OK.getStatusCode());
    }

    /** The page's content whenever it changed, until the study ended. */
    @GET
    @Path("/{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<OutboundSseEvent> events(@PathParam("id") UUID id, @Context Sse sse) {
        return Progress.stream(sse, () -> live(id), LivePart::ended);
    }

    private LivePart live(UUID id) {
        StudyPage page = service.page(id);
        return new LivePart(studybody.data("page", page).render(), page.script() == null);
    }

    @GET
    @Path("/{id}/figures/{file}")
    @Produces(MediaType.WILDCARD)
    public Response figure(@PathParam("id") UUID id, @PathParam("file") String file) {
        return HtmlResource.figure(service.figures(id), file);
    }
}
