package io.concordance.registry.page;

import io.concordance.kit.access.Roles;
import io.quarkus.qute.Template;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/** Releases and channels as pages. */
@Path("/releases")
@Blocking
@Produces(MediaType.TEXT_HTML)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class ReleasePageResource {
    private final Template releases;
    private final Template release;
    private final ReleasePages pages;

    ReleasePageResource(Template releases, Template release, ReleasePages pages) {
        this.releases = releases;
        this.release = release;
        this.pages = pages;
    }

    @GET
    public Response list() {
        return HtmlResource.page(releases.data("page", pages.list()));
    }

    @GET
    @Path("{version}")
    public Response page(@PathParam("version") long version, @QueryParam("against") @Nullable Long against) {
        return HtmlResource.page(release.data("page", pages.page(version, against)));
    }
}
