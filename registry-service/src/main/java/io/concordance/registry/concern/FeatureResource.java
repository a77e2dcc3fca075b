package io.concordance.registry.concern;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.audit.Audit;
import io.concordance.registry.audit.AuditEntry;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureQuery;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Features and their way to a level of concern, over REST. */
@Path("/v1/features")
@Blocking
class FeatureResource {
    private final FeatureRepository features;
    private final ConcernService concerns;
    private final Audit audit;

    FeatureResource(FeatureRepository features, ConcernService concerns, Audit audit) {
        this.features = features;
        this.concerns = concerns;
        this.audit = audit;
    }

    /** A feature with the latest proposal about it and everything that was done to it. */
    record Detail(Feature feature, @Nullable Concern concern, List<AuditEntry> audit) {}

    @GET
    public Page<Feature> list(
            @QueryParam("dictionary") @Nullable String dictionary,
            @QueryParam("level") @Nullable String level,
            @QueryParam("grade") @Nullable String grade,
            @QueryParam("state") @Nullable String state,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @DefaultValue("100") int limit) {
        FeatureQuery query = new FeatureQuery(
                dictionary,
                choice("level", level, ConcernLevel.class),
                choice("grade", grade, Grade.class),
                choice("state", state, ReviewState.class));
        List<Feature> items = features.list(query, cursor, CandidateResource.limit(limit));
        return new Page<>(items, items.size() < limit ? null : FeatureRepository.cursor(items.getLast()));
    }

    @GET
    @Path("/{uid}")
    public Detail get(@PathParam("uid") String uid) {
        Feature feature = features.find(uid).orElseThrow(() -> ProblemException.notFound("feature", uid));
        return new Detail(feature, concerns.find(uid).orElse(null), audit.of(uid));
    }

    @POST
    @Path("/{uid}/proposal")
    @Idempotent
    public Response propose(@PathParam("uid") String uid, Proposal proposal) {
        return Response.status(Response.Status.CREATED)
                .entity(concerns.propose(uid, body(proposal)))
                .build();
    }

    @POST
    @Path("/{uid}/reviews")
    @Idempotent
    public Response review(@PathParam("uid") String uid, Review review) {
        return Response.status(Response.Status.CREATED)
                .entity(concerns.review(uid, body(review)))
                .build();
    }

    private static <T> T body(@Nullable T body) {
        if (body == null) {
            throw new FieldProblem("", null, "a JSON object");
        }
        return body;
    }

    private static <E extends Enum<E>> @Nullable E choice(String field, @Nullable String given, Class<E> type) {
        if (given == null || given.isEmpty()) {
            return null;
        }
        List<String> allowed = Arrays.stream(type.getEnumConstants())
                .map(value -> type == Grade.class ? value.name() : value.name().toLowerCase(Locale.ROOT))
                .toList();
        int at = allowed.indexOf(given);
        if (at < 0) {
            throw new FieldProblem(field, given, "one of " + String.join(", ", allowed));
        }
        return type.getEnumConstants()[at];
    }
}
