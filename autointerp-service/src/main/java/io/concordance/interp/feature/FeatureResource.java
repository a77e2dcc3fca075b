package io.concordance.interp.feature;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import org.jspecify.annotations.Nullable;

@Path("/v1")
class FeatureResource {
    private static final int LARGEST_PAGE = 1000;

    private final PostgresFeatures features;
    private final ExampleBlocks examples;

    FeatureResource(PostgresFeatures features, ExampleBlocks examples) {
        this.features = features;
        this.examples = examples;
    }

    /** The report with its examples, see {@link FeatureReport} and {@link FeatureExamples}. */
    @GET
    @Path("/features/{uid}")
    public JsonNode get(@PathParam("uid") String uid) {
        PostgresFeatures.Stored stored =
                features.find(uid).orElseThrow(() -> ProblemException.notFound("feature", uid));
        ObjectNode whole = (ObjectNode) stored.report();
        whole.set("examples", examples.get(stored.examplesKey(), stored.index()));
        return whole;
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
