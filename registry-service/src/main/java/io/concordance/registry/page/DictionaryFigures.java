package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.registry.page.figure.DataTable;
import io.concordance.registry.page.figure.Figure;
import io.concordance.registry.page.figure.Plot;
import io.concordance.registry.page.figure.Scale;
import io.concordance.registry.page.figure.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;

/** Figures of a dictionary's page. Services' answers are read leniently: a figure without data is left out. */
final class DictionaryFigures {
    private static final List<String> CLASSES = List.of("semantic", "positional", "mixed", "insufficient");

    /** Logarithm of the share at which the histogram begins, and where features stand that are silent. */
    private static final double RAREST = -6;

    private static final double NEVER = -7;

    private DictionaryFigures() {}

    /**
     * How training went.
     *
     * @param run the dictionary run
     * @param history its metrics by step
     * @param page address of its page
     */
    static List<Figure> curves(JsonNode run, JsonNode history, String page) {
        List<Figure> figures = new ArrayList<>();
        if (history.size() < 2) {
            return figures;
        }
        Curves curves = new Curves(run, history, page);
        figures.add(curves.draw(
                "fvu",
                "Error",
                "fraction of variance unexplained",
                "FVU of the rows, 1 for predicting the mean.",
                true,
                Scale::text));
        figures.add(curves.draw("loss", "Loss", "loss", "What training minimises, a row.", true, Scale::text));
        figures.add(curves.draw("l0", "Sparsity", "L0", "Features that fire, a row.", false, Scale::text));
        figures.add(curves.draw(
                "alive",
                "Features that fire",
                "share",
                "Share of all features that fired lately.",
                false,
                Format::percentTick));
        return figures;
    }

    private record Curves(JsonNode run, JsonNode history, String page) {

        Figure draw(
                String name,
                String title,
                String unit,
                String meaning,
                boolean decades,
                DoubleFunction<String> number) {
            DataTable data = DataTable.of(
                    "GET /v1/dictionaries/" + run.path("id").asText() + "/metrics (trainer)",
                    "step",
                    "tokens",
                    name + ", training rows",
                    name + ", held-out rows");
            List<double[]> trained = new ArrayList<>();
            List<double[]> heldOut = new ArrayList<>();
            for (JsonNode point : history) {
                double tokens = point.path("tokens").asDouble();
                double value = point.path(name).asDouble(Double.NaN);
                JsonNode held = point.path("heldOut").path(name);
                trained.add(new double[] {tokens, value});
                if (held.isNumber()) {
                    heldOut.add(new double[] {tokens, held.asDouble()});
                }
                data.add(
                        point.path("step").asLong(),
                        point.path("tokens").asLong(),
                        value,
                        held.isNumber() ? held.asDouble() : null);
            }
            DoubleStream values = DoubleStream.concat(
                    trained.stream().mapToDouble(p -> p[1]), heldOut.stream().mapToDouble(p -> p[1]));
            Plot plot = new Plot(
                    Scale.fromZero(trained.stream().mapToDouble(p -> p[0])),
                    "tokens",
                    DictionaryFigures::thousands,
                    decades ? Scale.decades(values) : Scale.fromZero(values),
                    unit,
                    number);
            plot.curve(trained, 0, "training rows");
            List<Figure.Key> keys = new ArrayList<>();
            if (!heldOut.isEmpty()) {
                heldOut.forEach(p -> plot.mark(p[0], p[1], Shape.DIAMOND, 1, "held-out rows: " + Format.number(p[1])));
                keys.add(Shape.STROKE.key("training rows", "curve s0"));
                keys.add(Shape.DIAMOND.key("slices never trained on", "mark s1"));
            }
            return new Figure(
                    name,
                    title,
                    meaning + " Across: tokens trained on.",
                    plot.drawing(title + " by tokens trained on"),
                    keys,
                    data,
                    page);
        }
    }

    /** How often features fire: half a decade of shares a bar, and the silent ones beside them. */
    static List<Figure> density(JsonNode run, String page) {
        JsonNode density = run.path("metrics").path("density");
        JsonNode counts = density.path("features");
        if (counts.isEmpty()) {
            return List.of();
        }
        long silent = density.path("silent").asLong();
        DataTable data = DataTable.of(
                "GET /v1/dictionaries/" + run.path("id").asText() + " (trainer)",
                "from (share of rows)",
                "to (share of rows)",
                "features");
        data.add(0.0, 0.0, silent);
        double most = silent;
        for (JsonNode count : counts) {
            most = Math.max(most, count.asDouble());
        }
        Plot plot = new Plot(
                new Scale(NEVER, 0, false),
                "share of rows",
                tick -> tick <= NEVER ? "" : Scale.text(Math.pow(10, tick)),
                new Scale(0, Math.log10(1 + most) * 1.08 + 0.01, false),
                "features",
                tick -> Format.count(Math.round(Math.pow(10, tick) - 1)));
        plot.bar(
                NEVER,
                NEVER + 0.5,
                Math.log10(1.0 + silent),
                1,
                Format.count(silent) + " features silent in these rows");
        for (int i = 0; i < counts.size(); i++) {
            double low = i / 2.0 + RAREST;
            double from = Math.pow(10, low);
            double to = Math.pow(10, low + 0.5);
            long count = counts.path(i).asLong();
            data.add(from, to, count);
            if (count > 0) {
                plot.bar(
                        low,
                        low + 0.5,
                        Math.log10(1.0 + count),
                        0,
                        Format.count(count) + " features fire on " + Format.percent(from) + " to " + Format.percent(to)
                                + " of rows");
            }
        }
        return List.of(new Figure(
                "density",
                "How often features fire",
                "Up: features, as log(1 + n). Across: share of "
                        + Format.count(density.path("rows").asLong())
                        + " rows, half a decade a bar; those silent in these rows on the left.",
                plot.drawing("Histogram of features by the share of rows they fire on, both axes logarithmic"),
                List.of(
                        Shape.BAR.key("features that fire", "bar s0"),
                        Shape.BAR.key(Format.count(silent) + " silent in these rows", "bar s1")),
                data,
                page));
    }

    /** What position and what content explain of each feature. */
    static List<Figure> positions(JsonNode features, String digest, String page) {
        DataTable data = DataTable.of(
                "GET /v1/dictionaries/" + digest + "/features?sort=firings (autointerp)",
                "feature",
                "uid",
                "positioning",
                "eta2 of position",
                "omega2 of position within a token",
                "firings");
        Plot plot = new Plot(
                new Scale(-0.03, 1.03, false),
                "η² of position",
                Scale::text,
                new Scale(-0.08, 1.03, false),
                "ω² within a token",
                Scale::text);
        int shown = 0;
        for (JsonNode feature : features) {
            if (!feature.path("eta2").isNumber()
                    || !feature.path("omega2WithinTokens").isNumber()) {
                continue;
            }
            String positioning = feature.path("positioning").asText("");
            double eta2 = feature.path("eta2").asDouble();
            double omega2 = feature.path("omega2WithinTokens").asDouble();
            int series = Math.max(0, CLASSES.indexOf(positioning));
            plot.mark(
                    eta2,
                    omega2,
                    Shape.of(series),
                    series,
                    "feature " + feature.path("index").asLong() + ", " + positioning + ": " + Format.number(eta2)
                            + " and " + Format.number(omega2));
            data.add(
                    feature.path("index").asLong(),
                    feature.path("uid").asText(),
                    positioning,
                    eta2,
                    omega2,
                    feature.path("firings").asLong());
            shown++;
        }
        if (shown == 0) {
            return List.of();
        }
        List<Figure.Key> keys = new ArrayList<>();
        for (int i = 0; i < CLASSES.size(); i++) {
            keys.add(Shape.of(i).key(CLASSES.get(i), "mark s" + i));
        }
        return List.of(new Figure(
                "positioning",
                "Position or content",
                "Across: share of a feature's variance that token position explains. Up: the same among rows of one token,"
                        + " chance taken off. The " + Format.count(shown) + " features that fire most.",
                plot.drawing("Scatter of features by what their position explains"),
                keys,
                data,
                page));
    }

    private static String thousands(double tokens) {
        return tokens >= 1e6
                ? String.format(Locale.ROOT, "%.3g M", tokens / 1e6)
                : tokens >= 1e3 ? String.format(Locale.ROOT, "%.0f k", tokens / 1e3) : Scale.text(tokens);
    }
}
