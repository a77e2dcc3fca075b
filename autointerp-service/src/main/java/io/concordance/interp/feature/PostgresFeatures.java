package io.concordance.interp.feature;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import io.concordance.kit.page.Page;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Feature reports by uid and by dictionary. */
@ApplicationScoped
public class PostgresFeatures {
    private final Jdbi jdbi;

    PostgresFeatures(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** A report and where its examples lie. */
    record Stored(JsonNode report, Examples examples) {}

    /** Where examples lie: an object, and the index of the feature that they are of. */
    record Examples(String key, int index) {}

    private record Row(double number, FeatureSummary summary) {}

    /** A feature as it goes into a row. */
    public record NewFeature(FeatureReport report, FeatureSummary summary, String examplesKey, String materialKey) {}

    /** Puts these features in place of whatever the analysis had, in the caller's transaction. */
    public void replace(Handle handle, UUID analysis, List<NewFeature> features) {
        handle.execute("delete from feature where analysis = ?", analysis);
        PreparedBatch batch = handle.prepareBatch("""
                insert into feature (uid, analysis, dictionary, index, firings, positioning, score, auroc, q, summary, report,
                                     examples_key, material_key)
                values (:uid, :analysis, :dictionary, :index, :firings, :positioning, :score, :auroc, :q, cast(:summary as json),
                        cast(:report as json), :examples, :material)
                """);
        for (NewFeature feature : features) {
            FeatureReport.Detection score = feature.summary().score();
            FeatureSummary.Best best = feature.summary().best();
            batch.bind("uid", feature.report().uid())
                    .bind("analysis", analysis)
                    .bind("dictionary", feature.report().dictionary())
                    .bind("index", feature.report().index())
                    .bind("firings", feature.report().firings())
                    .bind("positioning", feature.report().positions().positioning())
                    .bind("score", score == null ? null : (Double) score.value())
                    .bind("auroc", best == null ? null : (Double) best.screen().auroc())
                    .bind("q", best == null ? null : (Double) best.screen().q())
                    .bind("summary", json(feature.summary()))
                    .bind("report", json(feature.report()))
                    .bind("examples", feature.examplesKey())
                    .bind("material", feature.materialKey())
                    .add();
        }
        if (!features.isEmpty()) {
            batch.execute();
        }
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    Optional<Stored> find(String uid) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select report, index, examples_key from feature where uid = :uid")
                .bind("uid", uid)
                .map((row, context) -> new Stored(
                        Json.read(row.getString("report").getBytes(StandardCharsets.UTF_8), JsonNode.class),
                        new Examples(row.getString("examples_key"), row.getInt("index"))))
                .findOne());
    }

    Optional<Examples> examples(String uid) {
        return jdbi.withHandle(handle -> handle.createQuery("select index, examples_key from feature where uid = :uid")
                .bind("uid", uid)
                .map((row, context) -> new Examples(row.getString("examples_key"), row.getInt("index")))
                .findOne());
    }

    boolean hasDictionary(String dictionary) {
        return jdbi.withHandle(
                handle -> handle.createQuery("select exists(select 1 from feature where dictionary = :dictionary)")
                        .bind("dictionary", dictionary)
                        .mapTo(Boolean.class)
                        .one());
    }

    Page<FeatureSummary> list(
            String dictionary, FeatureFilter filter, FeatureSort sort, FeatureCursor after, int limit) {
        List<Row> rows = jdbi.withHandle(handle -> handle.createQuery("""
                        select number, summary
                        from (select <number> as number, index, summary from feature
                              where dictionary = :dictionary and firings >= :firings
                                and (cast(:positioning as text) is null or positioning = :positioning)) f
                        where (number, index) > (:number, :index)
                        order by number, index
                        limit :limit
                        """)
                .define("number", "cast(" + sort.expression() + " as double precision)")
                .bind("dictionary", dictionary)
                .bind("firings", filter.minFirings())
                .bind("positioning", filter.positioning())
                .bind("number", after.number())
                .bind("index", after.index())
                .bind("limit", limit + 1)
                .map((row, context) -> new Row(
                        row.getDouble("number"),
                        Json.read(row.getString("summary").getBytes(StandardCharsets.UTF_8), FeatureSummary.class)))
                .list());
        List<Row> shown = rows.subList(0, Math.min(limit, rows.size()));
        String next = rows.size() <= limit
                ? null
                : new FeatureCursor(
                                shown.getLast().number(),
                                shown.getLast().summary().index())
                        .text();
        return new Page<>(shown.stream().map(Row::summary).toList(), next);
    }
}
