package io.concordance.interp.feature;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Roles;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import org.jspecify.annotations.Nullable;

@Path("/v1")
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR})
class FeatureResource {
    private static final int LARGEST_PAGE = 1000;

    private final PostgresFeatures features;
    private final ExampleBlocks examples;
    private final ExamplePages pages;

    FeatureResource(PostgresFeatures features, ExampleBlocks examples, ExamplePages pages) {
        this.features = features;
        this.examples = examples;
        this.pages = pages;
    }

    /**
     * The report with its examples, see {@link FeatureReport} and {@link FeatureExamples}.
     *
     * @param whole false for the report alone
     */
    @GET
    @Path("/features/{uid}")
    public JsonNode get(@PathParam("uid") String uid, @QueryParam("examples") @DefaultValue("true") boolean whole) {
        PostgresFeatures.Stored stored = features.find(uid).orElseThrow(() -> unknown(uid));
        ObjectNode report = (ObjectNode) stored.report();
        if (whole) {
            report.set("examples", examples.get(stored.examples()));
        }
        return report;
    }

    /** Some of its examples. */
    @GET
    @Path("/features/{uid}/examples")
    public ExamplePages.Shown examples(
            @PathParam("uid") String uid,
            @QueryParam("tab") @Nullable String tab,
            @QueryParam("from") @DefaultValue("0") int from,
            @QueryParam("limit") @DefaultValue("50") int limit) {
        return pages.of(features.examples(uid).orElseThrow(() -> unknown(uid)), tab, from, limit);
    }

    private static ProblemException unknown(String uid) {
        return ProblemException.notFound("feature", uid);
    }

    @GET
    @Path("/dictionaries/{digest}/features")
    public Page<FeatureSummary> list(
            @PathParam("digest") String digest,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @DefaultValue("100") int limit,
            @QueryParam("sort") @DefaultValue("index") String sort,
            @QueryParam("minFirings") @DefaultValue("0") long minFirings,
            @QueryParam("positioning") @Nullable String positioning) {
        if (limit < 1 || limit > LARGEST_PAGE) {
            throw new FieldProblem("limit", limit, "1 to " + LARGEST_PAGE);
        }
        FeatureSort order = FeatureSort.parse(sort);
        FeatureFilter filter = FeatureFilter.of(minFirings, positioning);
        FeatureCursor after = FeatureCursor.parse(cursor);
        if (!features.hasDictionary(digest)) {
            throw ProblemException.notFound("analysed dictionary", digest);
        }
        return features.list(digest, filter, order, after, limit);
    }
}
