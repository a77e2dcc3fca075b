package io.concordance.registry.page;

import io.concordance.kit.access.Roles;
import io.concordance.kit.sse.Progress;
import io.quarkus.qute.Template;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;

/** The overview, and how it changes. */
@Path("/")
@Blocking
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class OverviewResource {
    private static final Duration AGE = Duration.ofMillis(500);

    private final Template overview;
    private final Template live;
    private final OverviewPicture picture;
    private final Kept<Boolean, LivePart> rendered = new Kept<>(AGE, any -> render());

    OverviewResource(Template overview, Template live, OverviewPicture picture) {
        this.overview = overview;
        this.live = live;
        this.picture = picture;
    }

    @GET
    @Produces(MediaType.TEXT_HTML)
    public Response page() {
        return HtmlResource.scripted(overview.data("page", picture.now()), Response.Status.OK.getStatusCode());
    }

    /** The live part whenever it changed. Each event has all of it, so one who comes back has missed nothing. */
    @GET
    @Path("overview/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<OutboundSseEvent> events(@Context Sse sse) {
        return Progress.stream(sse, () -> rendered.get(true), value -> false);
    }

    private LivePart render() {
        return new LivePart(live.data("page", picture.now()).render(), false);
    }
}
