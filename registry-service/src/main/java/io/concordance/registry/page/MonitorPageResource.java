package io.concordance.registry.page;

import io.concordance.kit.access.Roles;
import io.quarkus.qute.Template;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Monitors and what they report, as a page. */
@Path("/monitors")
@Blocking
@Produces(MediaType.TEXT_HTML)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class MonitorPageResource {
    private final Template monitors;
    private final MonitorReports reports;

    MonitorPageResource(Template monitors, MonitorReports reports) {
        this.monitors = monitors;
        this.reports = reports;
    }

    @GET
    public Response page() {
        return HtmlResource.page(monitors.data("page", reports.page()));
    }

    @GET
    @Path("figures/{file}")
    @Produces(MediaType.WILDCARD)
    public Response figure(@PathParam("file") String file) {
        return HtmlResource.figure(reports.figures(), file);
    }
}
