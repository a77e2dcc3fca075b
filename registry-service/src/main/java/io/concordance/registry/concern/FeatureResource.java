package io.concordance.registry.concern;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.kit.access.Caller;
import io.concordance.kit.access.Roles;
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
import io.concordance.registry.lineage.Lineage;
import io.concordance.registry.lineage.LineageRepository;
import io.concordance.registry.peer.PeerUnavailable;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Features and their way to a level of concern, over REST. */
@Path("/v1/features")
@Blocking
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR, Roles.TRAINER})
class FeatureResource {
    private final FeatureRepository features;
    private final ConcernService concerns;
    private final LineageRepository lineages;
    private final Audit audit;
    private final Caller caller;

    FeatureResource(
            FeatureRepository features,
            ConcernService concerns,
            LineageRepository lineages,
            Audit audit,
            Caller caller) {
        this.features = features;
        this.concerns = concerns;
        this.lineages = lineages;
        this.audit = audit;
        this.caller = caller;
    }

    /**
     * A feature with the latest proposal about it and everything that was done to it.
     *
     * @param concernTag entity tag of the concern, for {@code If-Match}
     */
    record Detail(
            Feature feature,
            @Nullable Concern concern,
            List<AuditEntry> audit,
            @Nullable String concernTag) {}

    @GET
    @RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
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
        Feature feature = find(uid);
        Concern concern = concerns.find(uid).orElse(null);
        return new Detail(feature, concern, audit.of(uid), concern == null ? null : '"' + concern.version() + '"');
    }

    /** The latest proposal, with the entity tag that changes of it name. */
    @GET
    @Path("/{uid}/concern")
    public Response concern(@PathParam("uid") String uid, @Context Request request) {
        Concern concern = concerns.find(uid).orElseThrow(() -> ProblemException.notFound("proposal for feature", uid));
        EntityTag tag = new EntityTag(concern.version());
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        return (unchanged == null ? Response.ok(concern) : unchanged).tag(tag).build();
    }

    /** The grade, computed again from stored evidence. */
    @GET
    @Path("/{uid}/grade")
    public GradeCheck grade(@PathParam("uid") String uid) {
        return GradeCheck.of(find(uid), concerns.find(uid).orElse(null));
    }

    /** The same feature in earlier and later dictionaries. */
    @GET
    @Path("/{uid}/lineage")
    public Lineage lineage(@PathParam("uid") String uid) {
        return lineages.find(uid).orElseThrow(() -> ProblemException.notFound("feature", uid));
    }

    /** What the latest proposal requires to be read, and how far that is. */
    @GET
    @Path("/{uid}/readings")
    public Promotion readings(@PathParam("uid") String uid) {
        return asking(() -> concerns.promotion(uid));
    }

    @POST
    @Path("/{uid}/proposal")
    @Idempotent
    @RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER})
    public Response propose(@PathParam("uid") String uid, Proposal proposal) {
        return answer(Response.Status.CREATED, asking(() -> concerns.propose(uid, mine(proposal))));
    }

    /** Puts another proposal in the place of the open one. */
    @PUT
    @Path("/{uid}/proposal")
    @Idempotent
    @RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER})
    public Response amend(
            @PathParam("uid") String uid,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            Proposal proposal) {
        return answer(Response.Status.OK, asking(() -> concerns.amend(uid, mine(proposal), IfMatch.parse(ifMatch))));
    }

    @POST
    @Path("/{uid}/reviews")
    @Idempotent
    @RolesAllowed(Roles.REVIEWER)
    public Response review(
            @PathParam("uid") String uid, @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch, Review review) {
        Concern reviewed = asking(() -> concerns.review(uid, mine(review), IfMatch.parse(ifMatch)));
        return answer(Response.Status.CREATED, reviewed);
    }

    private Feature find(String uid) {
        return features.find(uid).orElseThrow(() -> ProblemException.notFound("feature", uid));
    }

    private static Response answer(Response.Status status, Concern concern) {
        return Response.status(status)
                .entity(concern)
                .tag(new EntityTag(concern.version()))
                .build();
    }

    /** Of what another service has to be asked for. */
    private static <T> T asking(Supplier<T> work) {
        try {
            return work.get();
        } catch (PeerUnavailable e) {
            throw new ProblemException(
                    503, "urn:concordance:problem:peer-unavailable", "Peer unavailable", e.getMessage() + ".");
        }
    }

    private Proposal mine(@Nullable Proposal given) {
        Proposal proposal = body(given);
        return proposal.by(caller.named("by", proposal.by()));
    }

    private Review mine(@Nullable Review given) {
        Review review = body(given);
        return review.by(caller.named("by", review.by()));
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
