package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.kit.access.Caller;
import io.concordance.kit.access.Roles;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.page.HtmlResource.FormSender;
import io.concordance.registry.page.Services.Service;
import io.quarkus.qute.Template;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The queue for blind labels as pages, in front of autointerp's judgings. */
@Path("/judging")
@Blocking
@Produces(MediaType.TEXT_HTML)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class JudgingPageResource {
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;

    private final Template judgings;
    private final Template judging;
    private final Services services;
    private final Caller caller;

    JudgingPageResource(Template judgings, Template judging, Services services, Caller caller) {
        this.judgings = judgings;
        this.judging = judging;
        this.services = services;
        this.caller = caller;
    }

    /** The judgings, and why they cannot be listed where they cannot. */
    record ListPage(List<Row> judgings, @Nullable String problem) {}

    record Row(String id, String name, String question, String state, String at) {
        static Row of(JsonNode judging) {
            return new Row(
                    judging.path("id").asText(),
                    TokenText.plain(judging.path("name").asText()),
                    TokenText.plain(judging.path("question").asText()),
                    judging.path("state").asText(),
                    Format.time(judging.path("createdAt").asText("")));
        }
    }

    @GET
    public Response list() {
        Answer found = services.ask(Service.AUTOINTERP, "/v1/judgings").join();
        List<Row> rows = new ArrayList<>();
        found.json().path("items").forEach(item -> rows.add(Row.of(item)));
        return HtmlResource.page(judgings.data("page", new ListPage(rows, found.problem())));
    }

    @GET
    @Path("{id}")
    public Response queue(
            @PathParam("id") String id,
            @QueryParam("by") @DefaultValue("") String by,
            @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization) {
        return queue(id, caller.named("by", by), authorization, null, OK);
    }

    @POST
    @Path("{id}")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @RolesAllowed(Roles.REVIEWER)
    public Response label(
            @BeanParam FormSender sender,
            @PathParam("id") String id,
            @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization,
            @FormParam("by") @DefaultValue("") String given,
            @FormParam("item") @DefaultValue("") String item,
            @FormParam("label") @DefaultValue("") String label) {
        sender.requireOwn();
        String by = caller.named("by", given);
        Answer said = services.tell(
                        Service.AUTOINTERP,
                        path(id) + "/labels",
                        Map.of("item", item, "labeller", by, "label", label),
                        authorization)
                .join();
        return said.problem() == null
                ? Response.seeOther(URI.create("/judging/" + Services.segment(id) + "?by=" + Services.segment(by)))
                        .build()
                : queue(id, by, authorization, said.problem(), BAD_REQUEST);
    }

    private Response queue(String id, String by, @Nullable String authorization, @Nullable String problem, int status) {
        Answer found = services.ask(Service.AUTOINTERP, path(id)).join();
        if (found.unknown()) {
            throw ProblemException.notFound("judging", id);
        }
        Answer next = by.isBlank()
                ? null
                : services.ask(Service.AUTOINTERP, path(id) + "/queue?labeller=" + Services.segment(by), authorization)
                        .join();
        return HtmlResource.scripted(judging.data("page", JudgingPage.of(found, by, next, problem)), status);
    }

    private static String path(String id) {
        return "/v1/judgings/" + Services.segment(id);
    }
}
