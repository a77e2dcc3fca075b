package io.concordance.interp.elicit;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.analysis.Recall;
import io.concordance.interp.elicit.Elicitation.Budget;
import io.concordance.kit.access.Roles;
import io.concordance.kit.idempotency.Idempotent;
import io.concordance.kit.problem.ProblemException;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Path("/v1/elicitations")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class ElicitationResource {
    private static final int MOST_FEATURES = 32;
    private static final long DEFAULT_TOKENS = 400_000;
    private static final long FEWEST_TOKENS = 1000;
    private static final long MOST_TOKENS = 4_000_000;
    private static final int DEFAULT_ROUNDS = 24;
    private static final int MOST_ROUNDS = 200;

    private final PostgresElicitations elicitations;
    private final Recall recall;

    ElicitationResource(PostgresElicitations elicitations, Recall recall) {
        this.elicitations = elicitations;
        this.recall = recall;
    }

    /** @param features uids of features that never fired */
    record ElicitationRequest(
            @Nullable String analysis,
            @Nullable List<@Nullable String> features,
            @Nullable BudgetRequest budget,
            @Nullable Long seed) {}

    /** Of each feature. */
    record BudgetRequest(@Nullable Long tokens, @Nullable Integer rounds) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Idempotent
    @RolesAllowed(Roles.SUBMITTER)
    public Response request(@Nullable ElicitationRequest request) {
        if (request == null || request.analysis() == null) {
            throw new FieldProblem("analysis", null, "the id of an analysis");
        }
        String id = request.analysis();
        Recall.Subject subject = uuid(id).flatMap(recall::subject)
                .orElseThrow(() -> new FieldProblem("analysis", id, "the id of an analysis"));
        if (subject.differences()) {
            throw new FieldProblem("analysis", id, "one of a dictionary that reads activations, not differences");
        }
        UUID elicitation = elicitations.add(
                subject.analysis(),
                features(subject, request.features()),
                budget(request.budget()),
                request.seed() == null ? 0 : request.seed());
        return Response.accepted(find(elicitation.toString()))
                .location(URI.create("/v1/elicitations/" + elicitation))
                .build();
    }

    private List<Integer> features(Recall.Subject subject, @Nullable List<@Nullable String> given) {
        List<@Nullable String> uids = given == null ? List.of() : given;
        if (uids.isEmpty() || uids.size() > MOST_FEATURES) {
            throw new FieldProblem("features", uids.size() + " features", "1 to " + MOST_FEATURES);
        }
        List<Integer> features = new ArrayList<>();
        for (int i = 0; i < uids.size(); i++) {
            String uid = uids.get(i);
            String field = "features[" + i + "]";
            int index = elicitations
                    .silent(subject.dictionary(), uid == null ? "" : uid)
                    .orElseThrow(() -> new FieldProblem(field, uid, "a feature of the dictionary that never fired"));
            if (features.contains(index)) {
                throw new FieldProblem(field, uid, "each feature once");
            }
            features.add(index);
        }
        return features;
    }

    private static Budget budget(@Nullable BudgetRequest given) {
        Long tokens = given == null ? null : given.tokens();
        Integer rounds = given == null ? null : given.rounds();
        if (tokens != null && (tokens < FEWEST_TOKENS || tokens > MOST_TOKENS)) {
            throw new FieldProblem("budget.tokens", tokens, FEWEST_TOKENS + " to " + MOST_TOKENS);
        }
        if (rounds != null && (rounds < 1 || rounds > MOST_ROUNDS)) {
            throw new FieldProblem("budget.rounds", rounds, "1 to " + MOST_ROUNDS);
        }
        return new Budget(tokens == null ? DEFAULT_TOKENS : tokens, rounds == null ? DEFAULT_ROUNDS : rounds);
    }

    @GET
    @Path("/{id}")
    public Elicitation get(@PathParam("id") String id) {
        return find(id);
    }

    private Elicitation find(String id) {
        return uuid(id).flatMap(elicitations::find).orElseThrow(() -> ProblemException.notFound("elicitation", id));
    }

    private static Optional<UUID> uuid(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
