package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.kit.access.Roles;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.page.Services.Service;
import io.quarkus.qute.Template;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Models as pages: the list, and everything about one. */
@Path("/models")
@Blocking
@Produces(MediaType.TEXT_HTML)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class ModelPageResource {
    private static final int JOBS = 200;

    private final Template models;
    private final Template model;
    private final Services services;
    private final Clock clock;

    ModelPageResource(Template models, Template model, Services services, Clock clock) {
        this.models = models;
        this.model = model;
        this.services = services;
        this.clock = clock;
    }

    /** The registered models, and why they cannot be listed where they cannot. */
    record ListPage(List<Row> models, @Nullable String problem) {}

    record Row(String id, String name, String size, String hooks) {
        static Row of(JsonNode model) {
            return new Row(
                    model.path("id").asText(),
                    TokenText.plain(model.path("name").asText()),
                    Format.count(model.path("layers").asLong()) + " layers, width "
                            + Format.count(model.path("width").asLong()),
                    Integer.toString(model.path("hooks").size()));
        }
    }

    @GET
    public Response list() {
        Answer found = services.ask(Service.CAPTURE, "/v1/models").join();
        List<Row> rows = new ArrayList<>();
        found.json().path("items").forEach(item -> rows.add(Row.of(item)));
        return HtmlResource.page(models.data("page", new ListPage(rows, found.problem())));
    }

    @GET
    @Path("{id}")
    public Response page(@PathParam("id") String id) {
        CompletableFuture<Answer> jobs = services.ask(Service.CAPTURE, "/v1/capture-jobs?limit=" + JOBS);
        Answer found = services.ask(Service.CAPTURE, "/v1/models/" + Services.segment(id))
                .join();
        if (found.unknown()) {
            throw ProblemException.notFound("model", id);
        }
        return HtmlResource.page(model.data("page", ModelPage.of(found, jobs.join(), clock.instant())));
    }
}
