package io.concordance.registry.page;

import io.concordance.contracts.release.ConcernLevel;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.audit.Audit;
import io.concordance.registry.concern.ConcernService;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureQuery;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.page.FrontPage.Choice;
import io.concordance.registry.page.FrontPage.ReleaseRow;
import io.concordance.registry.page.FrontPage.Row;
import io.concordance.registry.page.FrontPage.StudyRow;
import io.concordance.registry.release.ReleaseService;
import io.quarkus.qute.Template;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The web pages. Everything is rendered here and escaped; browsers are told to run no script at all. */
@Path("/")
@Blocking
@Produces(MediaType.TEXT_HTML)
class PageResource {
    private static final int PAGE = 50;
    private static final int FEW = 10;
    private static final String NO_SCRIPTS =
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
                    + " frame-ancestors 'none'";

    private final Template front;
    private final Template feature;
    private final FeatureRepository features;
    private final ConcernService concerns;
    private final ReleaseService releases;
    private final Audit audit;
    private final AutointerpClient autointerp;
    private final Instance<StudyListing> studies;

    PageResource(
            Template front,
            Template feature,
            FeatureRepository features,
            ConcernService concerns,
            ReleaseService releases,
            Audit audit,
            AutointerpClient autointerp,
            Instance<StudyListing> studies) {
        this.front = front;
        this.feature = feature;
        this.features = features;
        this.concerns = concerns;
        this.releases = releases;
        this.audit = audit;
        this.autointerp = autointerp;
        this.studies = studies;
    }

    @GET
    public Response front(
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
        List<Feature> listed = features.list(query, cursor == null || cursor.isEmpty() ? null : cursor, PAGE);
        FrontPage page = new FrontPage(
                ofConcern(),
                concerns.candidates(null, null, FEW).stream().map(Row::of).toList(),
                listed.stream().map(Row::of).toList(),
                choices(Grade.values(), Grade::name, grade),
                choices(ConcernLevel.values(), ConcernLevel::wire, level),
                choices(ReviewState.values(), ReviewState::wire, state),
                wanted == null ? "" : wanted,
                listed.size() < PAGE ? null : FeatureRepository.cursor(listed.getLast()),
                releases.latest(FEW).stream().map(ReleaseRow::of).toList(),
                studies());
        return page(front.data("page", page));
    }

    @GET
    @Path("features/{uid}")
    public Response feature(@PathParam("uid") String uid) {
        Feature found = features.find(uid).orElseThrow(() -> ProblemException.notFound("feature", uid));
        FeaturePage page =
                FeaturePage.of(found, concerns.find(uid).orElse(null), audit.of(uid), autointerp.feature(uid));
        return page(feature.data("page", page));
    }

    private List<Row> ofConcern() {
        List<Row> rows = new ArrayList<>();
        for (ReviewState state : List.of(ReviewState.APPROVED, ReviewState.PROPOSED)) {
            features.list(new FeatureQuery(null, null, null, state), null, PAGE).stream()
                    .map(Row::of)
                    .forEach(rows::add);
        }
        return rows;
    }

    private List<StudyRow> studies() {
        return studies.stream()
                .flatMap(listing -> listing.latest(FEW).stream())
                .map(study -> new StudyRow(study.id(), study.name(), study.state(), Format.time(study.createdAt())))
                .toList();
    }

    private static Response page(TemplateInstance template) {
        return Response.ok(template)
                .header("Content-Security-Policy", NO_SCRIPTS)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .build();
    }

    /** The value with this name; null for none or one that does not exist, which then filters nothing. */
    private static <E> @Nullable E choice(E[] values, Function<E, String> name, @Nullable String given) {
        Optional<E> found =
                Arrays.stream(values).filter(v -> name.apply(v).equals(given)).findFirst();
        return found.orElse(null);
    }

    private static <E> List<Choice> choices(E[] values, Function<E, String> name, @Nullable String given) {
        return Arrays.stream(values)
                .map(v -> new Choice(name.apply(v), name.apply(v).equals(given)))
                .toList();
    }
}
