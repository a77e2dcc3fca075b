package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.kit.access.Roles;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.page.DictionaryPage.Asked;
import io.concordance.registry.page.Overview.Run;
import io.concordance.registry.page.Services.Service;
import io.concordance.registry.page.Tallies.ArmTally;
import io.concordance.registry.page.figure.Figure;
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
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Dictionaries as pages: the list, and everything about one. */
@Path("/dictionaries")
@Blocking
@Produces(MediaType.TEXT_HTML)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class DictionaryPageResource {
    private static final Duration AGE = Duration.ofSeconds(5);
    private static final int MOST = 100;
    private static final int MOST_MARKS = 600;

    private final Template dictionaries;
    private final Template dictionary;
    private final Services services;
    private final DictionaryMatches matches;
    private final Clock clock;
    private final Kept<String, Drawn> drawn = new Kept<>(AGE, id -> Drawn.of(ask(id)));
    private final Kept<String, Known> known;

    /** What was asked, and the figures of it, drawn once for as long as the answers are kept. */
    private record Drawn(Asked asked, List<Figure> figures) {
        static Drawn of(Asked asked) {
            return new Drawn(asked, DictionaryPage.figures(asked));
        }
    }

    private record Known(FeatureRepository.Counts counts, Map<String, Long> changes, List<ArmTally> arms) {}

    DictionaryPageResource(
            Template dictionaries,
            Template dictionary,
            Services services,
            FeatureRepository features,
            Tallies tallies,
            DictionaryMatches matches,
            Clock clock) {
        this.matches = matches;
        this.dictionaries = dictionaries;
        this.dictionary = dictionary;
        this.services = services;
        this.clock = clock;
        this.known = new Kept<>(
                AGE, digest -> new Known(features.counts(digest), tallies.changes(digest), tallies.arms(digest)));
    }

    /** The runs, newest first, and why they cannot be listed where they cannot. */
    record ListPage(List<Run> runs, @Nullable String problem) {}

    @GET
    public Response list() {
        Answer runs = runs();
        List<Run> rows =
                items(runs).stream().map(run -> Run.of(run, clock.instant())).toList();
        return HtmlResource.page(dictionaries.data("page", new ListPage(rows, runs.problem())));
    }

    /** @param with run that it is compared with */
    @GET
    @Path("{id}")
    public Response page(@PathParam("id") String id, @QueryParam("with") @Nullable String with) {
        CompletableFuture<Answer> other = with == null || with.isBlank()
                ? CompletableFuture.completedFuture(Answer.unknown("none"))
                : services.ask(Service.TRAINER, path(with));
        Answer runs = runs();
        Drawn shown = drawn(id);
        Asked found = shown.asked();
        String digest = DictionaryPage.digest(found.run().json());
        Known facts = known.get(digest);
        DictionaryPage page = DictionaryPage.of(
                found,
                shown.figures(),
                facts.counts(),
                facts.changes(),
                facts.arms(),
                items(runs),
                other(found.run().json(), other.join().json()));
        return HtmlResource.page(dictionary.data("page", page));
    }

    @GET
    @Path("{id}/figures/{file}")
    @Produces(MediaType.WILDCARD)
    public Response figure(@PathParam("id") String id, @PathParam("file") String file) {
        return HtmlResource.figure(drawn(id).figures(), file);
    }

    /** Figures of a comparison. */
    @GET
    @Path("{id}/with/{other}/figures/{file}")
    @Produces(MediaType.WILDCARD)
    public Response figure(
            @PathParam("id") String id, @PathParam("other") String other, @PathParam("file") String file) {
        DictionaryPage.Other compared =
                other(drawn(id).asked().run().json(), drawn(other).asked().run().json());
        Figure figure = compared == null ? null : compared.matching().figure();
        return HtmlResource.figure(figure == null ? List.of() : List.of(figure), file);
    }

    private DictionaryPage.@Nullable Other other(JsonNode run, JsonNode with) {
        if (!with.isObject()) {
            return null;
        }
        String page = "/dictionaries/" + Services.segment(run.path("id").asText()) + "/with/"
                + Services.segment(with.path("id").asText());
        return new DictionaryPage.Other(
                with, matches.of(DictionaryPage.digest(run), DictionaryPage.digest(with), page));
    }

    /** The files of a finished dictionary, as the trainer has them. */
    @GET
    @Path("{id}/export/{file}")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    public Response export(@PathParam("id") String id, @PathParam("file") String file) {
        if (!file.equals(DictionaryFiles.CONFIG) && !file.equals(DictionaryFiles.WEIGHTS)) {
            throw ProblemException.notFound("file", file);
        }
        return Response.ok(services.open(Service.TRAINER, path(id) + "/export/" + file))
                .header("Content-Disposition", "attachment; filename=\"" + file + "\"")
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }

    private Drawn drawn(String id) {
        Drawn found = drawn.get(id);
        if (found.asked().run().unknown()) {
            throw ProblemException.notFound("dictionary run", id);
        }
        return found;
    }

    private Asked ask(String id) {
        CompletableFuture<Answer> history = services.ask(Service.TRAINER, path(id) + "/metrics");
        Answer run = services.ask(Service.TRAINER, path(id)).join();
        String digest = DictionaryPage.digest(run.json());
        Answer unfinished = Answer.unknown("It is not finished.");
        if (digest.isEmpty()) {
            return new Asked(run, history.join(), unfinished, unfinished);
        }
        CompletableFuture<Answer> analysis =
                services.ask(Service.AUTOINTERP, "/v1/analyses?dictionary=" + Services.segment(digest) + "&limit=1");
        Answer listed = services.ask(
                        Service.AUTOINTERP,
                        "/v1/dictionaries/" + Services.segment(digest) + "/features?sort=firings&limit=" + MOST_MARKS)
                .join();
        return new Asked(run, history.join(), listed, analysis.join());
    }

    private Answer runs() {
        return services.ask(Service.TRAINER, "/v1/dictionaries?limit=" + MOST).join();
    }

    private static List<JsonNode> items(Answer answer) {
        List<JsonNode> items = new ArrayList<>();
        answer.json().path("items").forEach(items::add);
        return items;
    }

    private static String path(String id) {
        return "/v1/dictionaries/" + Services.segment(id);
    }
}
