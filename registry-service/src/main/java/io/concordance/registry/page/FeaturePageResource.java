package io.concordance.registry.page;

import io.concordance.contracts.release.ConcernLevel;
import io.concordance.kit.access.Roles;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.audit.Audit;
import io.concordance.registry.concern.ConcernService;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureQuery;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.lineage.LineageRepository;
import io.concordance.registry.page.FeatureListPage.Choice;
import io.concordance.registry.page.Services.Service;
import io.concordance.registry.page.figure.DataTable;
import io.concordance.registry.page.figure.Figure;
import io.quarkus.qute.Template;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Features as pages: the list, and everything about one. */
@Path("/features")
@Blocking
@Produces(MediaType.TEXT_HTML)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class FeaturePageResource {
    private static final int PAGE = 50;
    private static final String EXAMPLES = "examples";
    /** As many examples as autointerp gives at once. */
    private static final int AT_ONCE = 500;

    private final Template features;
    private final Template feature;
    private final FeatureRepository repository;
    private final ConcernService concerns;
    private final Audit audit;
    private final Deployments deployments;
    private final LineageRepository lineages;
    private final Services services;

    FeaturePageResource(
            Template features,
            Template feature,
            FeatureRepository repository,
            ConcernService concerns,
            Audit audit,
            Deployments deployments,
            LineageRepository lineages,
            Services services) {
        this.features = features;
        this.feature = feature;
        this.repository = repository;
        this.concerns = concerns;
        this.audit = audit;
        this.deployments = deployments;
        this.lineages = lineages;
        this.services = services;
    }

    @GET
    public Response list(
            @QueryParam("dictionary") @Nullable String dictionary,
            @QueryParam("grade") @Nullable String grade,
            @QueryParam("level") @Nullable String level,
            @QueryParam("state") @Nullable String state,
            @QueryParam("cursor") @Nullable String cursor) {
        String wanted = dictionary == null || dictionary.isBlank() ? null : dictionary.strip();
        FeatureQuery query = new FeatureQuery(
                wanted,
                choice(ConcernLevel.values(), ConcernLevel::wire, level),
                choice(Grade.values(), Grade::name, grade),
                choice(ReviewState.values(), ReviewState::wire, state));
        List<Feature> listed = repository.list(query, cursor == null || cursor.isEmpty() ? null : cursor, PAGE);
        FeatureListPage page = new FeatureListPage(
                listed.stream().map(FeatureRow::of).toList(),
                choices(Grade.values(), Grade::name, grade),
                choices(ConcernLevel.values(), ConcernLevel::wire, level),
                choices(ReviewState.values(), ReviewState::wire, state),
                wanted == null ? "" : wanted,
                listed.size() < PAGE ? null : FeatureRepository.cursor(listed.getLast()));
        return HtmlResource.page(features.data("page", page));
    }

    @GET
    @Path("{uid}")
    public Response feature(
            @PathParam("uid") String uid,
            @QueryParam("examples") @Nullable String tab,
            @QueryParam("from") @DefaultValue("0") int from) {
        CompletableFuture<Answer> report = services.ask(Service.AUTOINTERP, path(uid) + "?examples=false");
        CompletableFuture<Answer> examples =
                services.ask(Service.AUTOINTERP, path(uid) + "/examples" + ExampleTabs.query(tab, from));
        CompletableFuture<Answer> explanations = services.ask(Service.AUTOINTERP, path(uid) + "/explanations");
        FeaturePage page = FeaturePage.of(
                find(uid),
                concerns.find(uid).orElse(null),
                audit.of(uid),
                deployments.of(uid),
                report.join(),
                examples.thenCompose(some -> tab == null || some.json().isObject()
                                ? CompletableFuture.completedFuture(some)
                                : services.ask(
                                        Service.AUTOINTERP, path(uid) + "/examples" + ExampleTabs.query(null, 0)))
                        .join(),
                explanations.join());
        LineageView line = lineages.find(uid).map(LineageView::of).orElseThrow();
        return HtmlResource.page(feature.data("page", page).data("line", line));
    }

    @GET
    @Path("{uid}/figures/{file}")
    @Produces(MediaType.WILDCARD)
    public Response figure(@PathParam("uid") String uid, @PathParam("file") String file) {
        if (file.startsWith(EXAMPLES + ".")) {
            find(uid);
            return HtmlResource.figure(List.of(examples(uid)), file);
        }
        Answer report =
                services.ask(Service.AUTOINTERP, path(uid) + "?examples=false").join();
        return HtmlResource.figure(FeatureFigures.of(find(uid), report.json(), FeaturePage.address(uid)), file);
    }

    /**
     * All examples, asked for some at a time.
     *
     * @throws ProblemException 503 when autointerp does not have them all now
     */
    private Figure examples(String uid) {
        String all = path(uid) + "/examples";
        DataTable data = ExampleTabs.table("GET " + all + " (autointerp)");
        ExamplePage first = some(all + "?limit=1");
        for (ExamplePage.Tab tab : first.tabs()) {
            for (int from = 0; from < tab.size(); from += AT_ONCE) {
                ExampleTabs.add(
                        data,
                        some(all + "?limit=" + AT_ONCE + "&from=" + from + "&tab=" + Services.segment(tab.name())));
            }
        }
        return Figure.table(
                EXAMPLES,
                "Examples",
                "One row a token. Activation in units of the dictionary's input.",
                data,
                FeaturePage.address(uid));
    }

    private ExamplePage some(String path) {
        Answer answer = services.ask(Service.AUTOINTERP, path).join();
        String problem = answer.problem();
        if (problem != null) {
            throw new ProblemException(
                    Response.Status.SERVICE_UNAVAILABLE.getStatusCode(), "about:blank", "Unavailable", problem);
        }
        return ExamplePage.of(answer.json());
    }

    private Feature find(String uid) {
        return repository.find(uid).orElseThrow(() -> ProblemException.notFound("feature", uid));
    }

    private static String path(String uid) {
        return "/v1/features/" + Services.segment(uid);
    }

    /** The value with this name; null for none or one that does not exist, which then filters nothing. */
    private static <E> @Nullable E choice(E[] values, Function<E, String> name, @Nullable String given) {
        return Arrays.stream(values)
                .filter(v -> name.apply(v).equals(given))
                .findFirst()
                .orElse(null);
    }

    private static <E> List<Choice> choices(E[] values, Function<E, String> name, @Nullable String given) {
        return Arrays.stream(values)
                .map(v -> new Choice(name.apply(v), name.apply(v).equals(given)))
                .toList();
    }
}
