package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import io.quarkus.qute.Template;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/** Shows people who asked for a page why there is none. Whoever asked the API gets the problem as it is. */
@ApplicationScoped
class RefusalPageResource {
    private static final List<String> NO_PAGES = List.of("/v1/", "/q/", "/openapi");

    private final Template refusal;

    RefusalPageResource(Template refusal) {
        this.refusal = refusal;
    }

    /** @param refused what the field held, and what it may hold; empty where no field is at fault */
    record Page(int status, String title, String detail, List<FeaturePage.Fact> refused) {}

    @ServerResponseFilter
    public void show(ContainerRequestContext request, ContainerResponseContext response) {
        MediaType type = response.getMediaType();
        Object problem = response.getEntity();
        if (problem == null
                || type == null
                || !type.getSubtype().equals("problem+json")
                || !isPage(request.getUriInfo().getRequestUri().getPath())
                || !takesHtml(request.getHeaderString(HttpHeaders.ACCEPT))) {
            return;
        }
        Page page = page(Json.mapper().valueToTree(problem));
        response.setEntity(refusal.data("page", page).render(), null, MediaType.valueOf("text/html;charset=UTF-8"));
        HtmlResource.GUARD.forEach((name, value) -> response.getHeaders().putSingle(name, value));
    }

    private static boolean isPage(String path) {
        return NO_PAGES.stream().noneMatch(path::startsWith);
    }

    private static boolean takesHtml(@Nullable String accepted) {
        return accepted == null || accepted.contains("text/html") || accepted.contains("*/*");
    }

    private static Page page(JsonNode problem) {
        List<FeaturePage.Fact> refused = problem.hasNonNull("field")
                ? List.of(
                        new FeaturePage.Fact("Field", text(problem, "field")),
                        new FeaturePage.Fact("Given", text(problem, "given")),
                        new FeaturePage.Fact("Allowed", text(problem, "allowed")))
                : List.of();
        return new Page(problem.path("status").asInt(), text(problem, "title"), text(problem, "detail"), refused);
    }

    private static String text(JsonNode problem, String field) {
        return TokenText.plain(problem.path(field).asText(""));
    }
}
