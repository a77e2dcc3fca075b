package io.concordance.registry.page;

import io.concordance.registry.page.ActivationReport.ArmDensity;
import io.concordance.registry.page.ActivationReport.Bin;
import io.concordance.registry.page.figure.DataTable;
import io.concordance.registry.page.figure.Drawing;
import io.concordance.registry.page.figure.Drawing.Line;
import io.concordance.registry.page.figure.Drawing.Rect;
import io.concordance.registry.page.figure.Drawing.Text;
import io.concordance.registry.page.figure.Figure;
import io.concordance.registry.page.figure.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Histograms of activations, one an arm above each other on one scale: activation on a log axis, tokens on a log axis, and
 * a line at each threshold.
 */
final class DensityChart {
    private static final int WIDTH = 440;
    private static final int LEFT = 96;
    private static final int RIGHT = 20;
    private static final int PANEL = 50;
    private static final int BARS = 38;
    private static final int AXIS = 36;
    private static final int LONGEST_NAME = 15;

    private final double low;
    private final double high;
    private final double most;
    private final List<Rect> rects = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private final List<Text> texts = new ArrayList<>();

    /** A threshold to mark. */
    record Mark(String name, double value, String cssClass) {}

    private DensityChart(double low, double high, double most) {
        this.low = low;
        this.high = high;
        this.most = most;
    }

    /** @param page address of the feature's page */
    static Figure of(ActivationReport report, List<Mark> marks, String page, String query) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        long most = 1;
        DataTable data =
                DataTable.of(query, "arm", "kind", "from (activation)", "to (activation)", "tokens", "rows of the arm");
        for (ArmDensity arm : report.arms()) {
            for (Bin bin : arm.bins()) {
                low = Math.min(low, log2(bin.from()));
                high = Math.max(high, log2(bin.to()));
                most = Math.max(most, bin.count());
                data.add(arm.arm(), arm.kind(), bin.from(), bin.to(), bin.count(), arm.rows());
            }
        }
        List<Mark> shown = marks.stream().filter(mark -> mark.value() > 0).toList();
        for (Mark mark : shown) {
            low = Math.min(low, log2(mark.value()) - 0.5);
            high = Math.max(high, log2(mark.value()) + 0.5);
        }
        DensityChart chart =
                low < high ? new DensityChart(low, high, Math.log1p(most)) : new DensityChart(-1, 1, Math.log1p(most));
        return new Figure(
                "activations",
                "Activations by arm",
                "Across: activation, logarithmic. Up: tokens, as log(1 + n). Of " + Format.count(report.rows())
                        + " tokens it fires on " + Format.count(report.firings()) + ".",
                chart.drawing(report.arms(), shown),
                shown.stream()
                        .map(mark -> Shape.STROKE.key(
                                mark.name() + " " + Format.number(mark.value()), "mark " + mark.cssClass()))
                        .toList(),
                data,
                page);
    }

    private Drawing drawing(List<ArmDensity> arms, List<Mark> marks) {
        for (int i = 0; i < arms.size(); i++) {
            panel(arms.get(i), i * PANEL);
        }
        int bottom = arms.size() * PANEL;
        for (Mark mark : marks) {
            String x = text(x(log2(mark.value())));
            String name = mark.name() + " " + Format.number(mark.value());
            lines.add(new Line(x, "0", x, text(bottom), "mark " + mark.cssClass(), name));
        }
        double step = Math.max(1, Math.ceil((high - low) / 7));
        for (double log = Math.ceil(low); log <= high; log += step) {
            texts.add(new Text(text(x(log)), text(bottom + 13), Format.number(Math.pow(2, log)), "tick middle"));
        }
        texts.add(new Text(text(WIDTH - RIGHT), text(bottom + 30), "activation", "name end"));
        return new Drawing(
                WIDTH,
                bottom + AXIS,
                "Histograms of activations by arm, both axes logarithmic",
                rects,
                lines,
                List.of(),
                texts);
    }

    private void panel(ArmDensity arm, int top) {
        int base = top + PANEL - 5;
        for (Bin bin : arm.bins()) {
            double x = x(log2(bin.from()));
            double next = x(log2(bin.to()));
            double height = Math.max(1, Math.log1p(bin.count()) / most * BARS);
            rects.add(new Rect(
                    text(x + 0.5),
                    text(base - height),
                    text(Math.max(1, next - x - 1)),
                    text(height),
                    "s0",
                    Format.count(bin.count()) + " tokens at " + Format.number(bin.from()) + "–"
                            + Format.number(bin.to())));
        }
        lines.add(new Line(text(LEFT), text(base), text(WIDTH - RIGHT), text(base), "axis", ""));
        String name = TokenText.plain(arm.arm());
        texts.add(new Text(
                "2",
                text(base - 22),
                name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…",
                "name"));
        texts.add(new Text("2", text(base - 7), Format.firings(arm.firings()), "tick"));
    }

    private double x(double log) {
        return LEFT + (log - low) / (high - low) * (WIDTH - LEFT - RIGHT);
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private static String text(double coordinate) {
        return String.format(Locale.ROOT, "%.1f", coordinate);
    }
}
