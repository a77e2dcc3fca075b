package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.Grading;
import io.concordance.registry.page.DensityChart.Mark;
import io.concordance.registry.page.figure.DataTable;
import io.concordance.registry.page.figure.Figure;
import io.concordance.registry.page.figure.Plot;
import io.concordance.registry.page.figure.Rows;
import io.concordance.registry.page.figure.Scale;
import io.concordance.registry.page.figure.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;

/** Figures of a feature's page, and the data of its tables. */
final class FeatureFigures {
    private FeatureFigures() {}

    /**
     * Those that have something to show.
     *
     * @param report autointerp's report, empty where there is none
     * @param page address of the feature's page
     */
    static List<Figure> of(Feature feature, JsonNode report, String page) {
        List<Figure> figures = new ArrayList<>();
        String query = "GET /v1/features/" + feature.uid();
        if (!feature.evidence().isEmpty()) {
            figures.add(outcomes(feature.evidence(), page, query + " (registry)"));
        }
        if (report.isObject()) {
            ActivationReport activations = ActivationReport.of(report);
            String asked = query + " (autointerp)";
            if (activations.arms().stream().anyMatch(arm -> !arm.bins().isEmpty())) {
                figures.add(DensityChart.of(activations, marks(activations, feature), page, asked));
            }
            JsonNode buckets = report.path("positions").path("buckets");
            if (!buckets.isEmpty()) {
                figures.addAll(positions(buckets, page, asked));
            }
            figures.add(Figure.table(
                    "logits",
                    "Direction",
                    "Change of a token's logit, over the mean of the vocabulary, for one unit of activation.",
                    logits(report.path("logits"), asked),
                    page));
        }
        return figures;
    }

    private static List<Mark> marks(ActivationReport report, Feature feature) {
        List<Mark> marks = new ArrayList<>();
        marks.add(new Mark("dictionary threshold", report.threshold(), "own"));
        feature.evidence().stream()
                .filter(Grading::associates)
                .mapToDouble(e -> e.calibration().threshold())
                .max()
                .ifPresent(threshold -> marks.add(new Mark("concern threshold", threshold, "concern")));
        return marks;
    }

    private static Figure outcomes(List<Evidence> evidence, String page, String query) {
        double lowest = evidence.stream()
                .mapToDouble(e -> e.screen().aurocLow())
                .filter(Double::isFinite)
                .min()
                .orElse(0);
        Rows rows = new Rows(new Scale(lowest >= 0.4 ? 0.4 : 0, 1, false));
        DataTable data = DataTable.of(
                query,
                "arm",
                "kind",
                "bad documents",
                "ok documents",
                "AUROC",
                "low",
                "high",
                "q",
                "threshold",
                "bad above threshold",
                "bad calibration documents",
                "ok above threshold",
                "ok calibration documents");
        for (Evidence e : evidence) {
            boolean associates = Grading.associates(e);
            String interval = Format.bounded(
                            e.screen().auroc(),
                            e.screen().aurocLow(),
                            e.screen().aurocHigh())
                    .toString();
            if (Double.isFinite(e.screen().auroc())) {
                rows.add(
                        TokenText.plain(e.arm()),
                        e.screen().auroc(),
                        e.screen().aurocLow(),
                        e.screen().aurocHigh(),
                        associates ? Shape.DIAMOND : Shape.CIRCLE,
                        associates ? 1 : 0,
                        interval + " over " + Format.count(e.screen().badDocuments()) + " bad and "
                                + Format.count(e.screen().okDocuments()) + " ok documents");
            }
            Proportion recall = e.recall();
            Proportion alarms = e.falsePositiveRate();
            data.add(
                    e.arm(),
                    e.armKind(),
                    e.screen().badDocuments(),
                    e.screen().okDocuments(),
                    e.screen().auroc(),
                    e.screen().aurocLow(),
                    e.screen().aurocHigh(),
                    e.screen().q(),
                    e.calibration().threshold(),
                    recall.k(),
                    recall.n(),
                    alarms.k(),
                    alarms.n());
        }
        return new Figure(
                "outcomes",
                "Bad outcomes by arm",
                "AUROC of a document's value between bad and ok screening documents, with the 95 % interval (DeLong)."
                        + " The line is chance.",
                rows.drawing("AUROC by arm with intervals", "AUROC", 0.5, "chance"),
                List.of(
                        Shape.DIAMOND.key("association holds", "mark s1"),
                        Shape.CIRCLE.key("does not hold", "mark s0")),
                data,
                page);
    }

    private static List<Figure> positions(JsonNode buckets, String page, String query) {
        DataTable data = DataTable.of(
                query, "from (position)", "to (position)", "rows", "firings", "share", "mean where it fires");
        List<double[]> means = new ArrayList<>();
        double highest = 0;
        for (JsonNode bucket : buckets) {
            double rows = bucket.path("rows").asDouble();
            double firings = bucket.path("firings").asDouble();
            double mean = bucket.path("sum").asDouble() / firings;
            highest = Math.max(highest, rows > 0 ? firings / rows : 0);
            means.add(new double[] {data.rows().size() + 0.5, mean});
            data.add(
                    bucket.path("from").asLong(),
                    bucket.path("to").asLong() - 1,
                    bucket.path("rows").asLong(),
                    bucket.path("firings").asLong(),
                    firings / rows,
                    mean);
        }
        Scale across = new Scale(0, buckets.size(), false);
        DoubleFunction<String> first = tick -> tick < buckets.size()
                ? Long.toString(buckets.path((int) tick).path("from").asLong())
                : "";
        Plot rates = new Plot(
                across,
                "token position",
                first,
                Scale.fromZero(DoubleStream.of(highest)),
                "share",
                Format::percentTick);
        for (int i = 0; i < buckets.size(); i++) {
            JsonNode bucket = buckets.path(i);
            double rows = bucket.path("rows").asDouble();
            rates.bar(
                    i,
                    i + 1,
                    rows > 0 ? bucket.path("firings").asDouble() / rows : 0,
                    0,
                    "positions " + bucket.path("from").asLong() + " to "
                            + (bucket.path("to").asLong() - 1) + ": fires on "
                            + Format.count(bucket.path("firings").asLong()) + " of "
                            + Format.count(bucket.path("rows").asLong()) + " tokens");
        }
        List<Figure> figures = new ArrayList<>();
        figures.add(new Figure(
                "positions",
                "Firing by position",
                "Up: share of the tokens at these positions that it fires on. Across: position in the document, in"
                        + " buckets that grow.",
                rates.drawing("Share of tokens that it fires on, by position"),
                List.of(),
                data,
                page));
        if (means.stream().anyMatch(point -> Double.isFinite(point[1]))) {
            Plot strengths = new Plot(
                    across,
                    "token position",
                    first,
                    Scale.fromZero(means.stream().mapToDouble(point -> point[1])),
                    "activation",
                    Scale::text);
            strengths.curve(means, 0, "mean activation");
            means.stream()
                    .filter(point -> Double.isFinite(point[1]))
                    .forEach(point ->
                            strengths.mark(point[0], point[1], Shape.CIRCLE, 0, "mean " + Format.number(point[1])));
            figures.add(new Figure(
                    "strengths",
                    "Strength by position",
                    "Up: mean activation over the tokens that it fires on. Across: position, as before.",
                    strengths.drawing("Mean activation where it fires, by position"),
                    List.of(),
                    data,
                    page));
        }
        return figures;
    }

    private static DataTable logits(JsonNode logits, String query) {
        DataTable data = DataTable.of(query, "token", "id", "effect");
        for (String side : List.of("promoted", "suppressed")) {
            for (JsonNode token : logits.path(side)) {
                data.add(
                        token.path("text").asText(),
                        token.path("id").asLong(),
                        token.path("effect").asDouble());
            }
        }
        return data;
    }
}
