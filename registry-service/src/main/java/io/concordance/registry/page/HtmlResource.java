package io.concordance.registry.page;

import io.concordance.contracts.json.Json;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.page.figure.Figure;
import io.quarkus.qute.TemplateInstance;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How pages and the data of their figures are answered with. */
public final class HtmlResource {
    private static final String NOTHING_ELSE =
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
                    + " frame-ancestors 'none'";
    private static final String OWN_SCRIPTS = NOTHING_ELSE + "; script-src 'self'; connect-src 'self'";

    /** Headers of a page on which browsers run no script. */
    static final Map<String, String> GUARD = guard(NOTHING_ELSE);

    private HtmlResource() {}

    /** Where a form was sent from, as far as the browser says. */
    public static final class FormSender {
        private static final int FORBIDDEN = 403;

        @HeaderParam("Sec-Fetch-Site")
        @Nullable
        String site;

        @HeaderParam("Origin")
        @Nullable
        String origin;

        @HeaderParam("Host")
        @Nullable
        String host;

        /** @throws ProblemException 403 when it was no page of this service */
        public void requireOwn() {
            boolean own = site != null
                    ? site.equals("same-origin") || site.equals("none")
                    : origin == null || host != null && origin.endsWith("://" + host);
            if (!own) {
                throw new ProblemException(
                        FORBIDDEN, "about:blank", "Forbidden", "This form was not sent by a page of this service.");
            }
        }
    }

    /** A page on which browsers run no script at all. */
    public static Response page(TemplateInstance page) {
        return html(page, NOTHING_ELSE).build();
    }

    /** The same, and how what was asked ended. */
    public static Response page(TemplateInstance page, int status) {
        return html(page, NOTHING_ELSE).status(status).build();
    }

    /** A page with scripts of this service, in files of their own, and no others. */
    public static Response scripted(TemplateInstance page, int status) {
        return html(page, OWN_SCRIPTS).status(status).build();
    }

    /**
     * The data of a figure.
     *
     * @param file the figure's name with {@code .csv} or {@code .json}
     * @throws ProblemException 404 when the page has no such figure
     */
    public static Response figure(List<Figure> figures, String file) {
        for (Figure figure : figures) {
            if (file.equals(figure.name() + ".csv")) {
                return data(figure.data().csv().getBytes(StandardCharsets.UTF_8), "text/csv; charset=utf-8", file);
            }
            if (file.equals(figure.name() + ".json")) {
                return data(Json.bytes(figure.document()), "application/json", file);
            }
        }
        throw ProblemException.notFound("figure", file);
    }

    private static Response data(byte[] body, String type, String file) {
        return guarded(Response.ok(body, type), NOTHING_ELSE)
                .header("Content-Disposition", "attachment; filename=\"" + file + "\"")
                .build();
    }

    private static Response.ResponseBuilder html(TemplateInstance page, String policy) {
        return guarded(Response.ok(page), policy);
    }

    private static Response.ResponseBuilder guarded(Response.ResponseBuilder answer, String policy) {
        guard(policy).forEach(answer::header);
        return answer;
    }

    private static Map<String, String> guard(String policy) {
        return Map.of(
                "Content-Security-Policy", policy,
                "X-Content-Type-Options", "nosniff",
                "Referrer-Policy", "no-referrer");
    }
}
