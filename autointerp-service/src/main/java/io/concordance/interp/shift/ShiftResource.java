package io.concordance.interp.shift;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.analysis.Recall;
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

@Path("/v1/shift-tests")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class ShiftResource {
    private static final int MOST_FEATURES = 32;

    private final PostgresShiftTests tests;
    private final Recall recall;

    ShiftResource(PostgresShiftTests tests, Recall recall) {
        this.tests = tests;
        this.recall = recall;
    }

    /** @param features uids of features that fired */
    record ShiftRequest(@Nullable String analysis, @Nullable List<@Nullable String> features) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Idempotent
    @RolesAllowed(Roles.SUBMITTER)
    public Response request(@Nullable ShiftRequest request) {
        if (request == null || request.analysis() == null) {
            throw new FieldProblem("analysis", null, "the id of an analysis");
        }
        String id = request.analysis();
        Recall.Subject subject =
                analysis(id).orElseThrow(() -> new FieldProblem("analysis", id, "the id of an analysis"));
        if (subject.differences()) {
            throw new FieldProblem("analysis", id, "one of a dictionary that reads activations, not differences");
        }
        List<@Nullable String> uids = request.features() == null ? List.of() : request.features();
        if (uids.isEmpty() || uids.size() > MOST_FEATURES) {
            throw new FieldProblem("features", uids.size() + " features", "1 to " + MOST_FEATURES);
        }
        List<Integer> features = new ArrayList<>();
        for (int i = 0; i < uids.size(); i++) {
            String uid = uids.get(i);
            String field = "features[" + i + "]";
            int index = tests.fired(subject.dictionary(), uid == null ? "" : uid)
                    .orElseThrow(() -> new FieldProblem(field, uid, "a feature of the dictionary that fired"));
            if (features.contains(index)) {
                throw new FieldProblem(field, uid, "each feature once");
            }
            features.add(index);
        }
        UUID test = tests.add(subject.analysis(), features);
        return Response.accepted(find(test.toString()))
                .location(URI.create("/v1/shift-tests/" + test))
                .build();
    }

    @GET
    @Path("/{id}")
    public ShiftOrder get(@PathParam("id") String id) {
        return find(id);
    }

    private Optional<Recall.Subject> analysis(String id) {
        return uuid(id).flatMap(recall::subject);
    }

    private ShiftOrder find(String id) {
        return uuid(id).flatMap(tests::find).orElseThrow(() -> ProblemException.notFound("shift test", id));
    }

    private static Optional<UUID> uuid(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
