package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.registry.page.figure.DataTable;
import io.concordance.registry.page.figure.Figure;
import io.concordance.registry.page.figure.Rows;
import io.concordance.registry.page.figure.Scale;
import io.concordance.registry.page.figure.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** How much of each arm a dictionary reconstructs. */
final class CoverageFigures {
    private final JsonNode arms;
    private final String digest;
    private final String page;

    private CoverageFigures(JsonNode arms, String digest, String page) {
        this.arms = arms;
        this.digest = digest;
        this.page = page;
    }

    /**
     * Figures that have something to show.
     *
     * @param arms autointerp's coverage of each arm
     * @param digest of the dictionary
     * @param page address of its page
     */
    static List<Figure> of(JsonNode arms, String digest, String page) {
        CoverageFigures figures = new CoverageFigures(arms, digest, page);
        List<Figure> drawn = new ArrayList<>();
        figures.draw(
                drawn,
                "fvu",
                "fvu-by-arm",
                "Error by arm",
                "fraction of variance unexplained",
                "FVU of an arm's rows: what is left of them, as a share of their spread about the arm's mean.");
        figures.draw(
                drawn,
                "residualNorm",
                "residual-by-arm",
                "Residual by arm",
                "mean norm of what is left",
                "Mean norm of what is left of an arm's rows, in the activations' own unit.");
        return drawn;
    }

    private void draw(List<Figure> drawn, String field, String name, String title, String unit, String meaning) {
        DataTable data = DataTable.of(
                "GET /v1/analyses?dictionary=" + digest + " (autointerp)",
                "arm",
                "kind",
                "rows",
                unit,
                "low",
                "high",
                "groups of documents",
                "root mean square norm of the rows");
        Rows rows = new Rows(Scale.fromZero(highest(field)));
        for (JsonNode arm : arms) {
            JsonNode estimate = arm.path(field);
            if (!estimate.path("value").isNumber()) {
                continue;
            }
            double value = estimate.path("value").asDouble();
            double low = estimate.path("low").asDouble(value);
            double high = estimate.path("high").asDouble(value);
            String kind = arm.path("kind").asText();
            rows.add(
                    TokenText.plain(arm.path("arm").asText()),
                    value,
                    low,
                    high,
                    kind.equals("benign") ? Shape.CIRCLE : Shape.DIAMOND,
                    kind.equals("benign") ? 0 : 1,
                    Format.bounded(value, low, high) + " over "
                            + Format.count(arm.path("rows").asLong()) + " rows");
            data.add(
                    arm.path("arm").asText(),
                    kind,
                    arm.path("rows").asLong(),
                    value,
                    bound(estimate, "low"),
                    bound(estimate, "high"),
                    estimate.path("groups").asLong(),
                    arm.path("inputNorm").asDouble());
        }
        if (data.rows().isEmpty()) {
            return;
        }
        drawn.add(new Figure(
                name,
                title,
                meaning + " 95 % interval over tenths of the documents.",
                rows.drawing(title + " with intervals", unit),
                List.of(Shape.CIRCLE.key("benign arm", "mark s0"), Shape.DIAMOND.key("other arms", "mark s1")),
                data,
                page));
    }

    private DoubleStream highest(String field) {
        DoubleStream.Builder values = DoubleStream.builder();
        for (JsonNode arm : arms) {
            JsonNode estimate = arm.path(field);
            values.add(estimate.path("high").asDouble(estimate.path("value").asDouble(0)));
        }
        return values.build();
    }

    private static @Nullable Double bound(JsonNode estimate, String name) {
        return estimate.path(name).isNumber() ? (Double) estimate.path(name).asDouble() : null;
    }
}
