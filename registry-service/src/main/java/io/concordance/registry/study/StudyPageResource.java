package io.concordance.registry.study;

import io.quarkus.qute.Template;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;

/** The web page of a study, rendered here and escaped; browsers are told to run no script. */
@Path("/studies")
@Produces(MediaType.TEXT_HTML)
class StudyPageResource {
    private static final String NO_SCRIPTS =
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Template study;
    private final StudyService studies;

    StudyPageResource(Template study, StudyService studies) {
        this.study = study;
        this.studies = studies;
    }

    @GET
    @Path("/{id}")
    @Blocking
    public Response page(@PathParam("id") UUID id) {
        return Response.ok(study.data("page", studies.page(id)))
                .header("Content-Security-Policy", NO_SCRIPTS)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .build();
    }
}
