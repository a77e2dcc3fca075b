package io.concordance.registry.page;

import io.concordance.registry.page.ActivationReport.ArmDensity;
import io.concordance.registry.page.ActivationReport.Bin;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Histograms of activations, one a arm above each other on one scale: activation on a log axis, tokens on a log axis, and
 * a line at each threshold. Coordinates only; the template draws.
 */
record DensityChart(int width, int height, List<Panel> panels, List<Line> lines, List<Tick> ticks) {
    private static final int WIDTH = 640;
    private static final int LEFT = 116;
    private static final int RIGHT = 24;
    private static final int PANEL = 54;
    private static final int BARS = 40;
    private static final int AXIS = 22;

    record Panel(String name, int y, int labelY, String note, List<Bar> bars) {}

    record Bar(String x, String y, String width, String height, String title) {}

    record Line(String x, int from, int to, String name, String cssClass) {}

    record Tick(String x, int y, String text) {}

    /** A threshold to mark. */
    record Mark(String name, double value, String cssClass) {}

    static DensityChart of(List<ArmDensity> arms, List<Mark> marks) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        long most = 1;
        for (ArmDensity arm : arms) {
            for (Bin bin : arm.bins()) {
                low = Math.min(low, log2(bin.from()));
                high = Math.max(high, log2(bin.to()));
                most = Math.max(most, bin.count());
            }
        }
        for (Mark mark : marks) {
            if (mark.value() > 0) {
                low = Math.min(low, log2(mark.value()) - 0.5);
                high = Math.max(high, log2(mark.value()) + 0.5);
            }
        }
        if (!(low < high)) {
            low = -1;
            high = 1;
        }
        Scale scale = new Scale(low, high, Math.log1p(most));
        List<Panel> panels = new ArrayList<>();
        for (int i = 0; i < arms.size(); i++) {
            panels.add(panel(arms.get(i), i * PANEL, scale));
        }
        int bottom = arms.size() * PANEL;
        List<Line> lines = new ArrayList<>();
        for (Mark mark : marks) {
            if (mark.value() > 0) {
                String name = mark.name() + " " + Format.number(mark.value());
                lines.add(new Line(text(scale.x(log2(mark.value()))), 0, bottom, name, mark.cssClass()));
            }
        }
        return new DensityChart(WIDTH, bottom + AXIS, panels, lines, ticks(scale, bottom));
    }

    private record Scale(double low, double high, double most) {
        double x(double log) {
            return LEFT + (log - low) / (high - low) * (WIDTH - LEFT - RIGHT);
        }

        double height(long count) {
            return Math.max(1, Math.log1p(count) / most * BARS);
        }
    }

    private static Panel panel(ArmDensity arm, int top, Scale scale) {
        int base = top + PANEL - 6;
        List<Bar> bars = new ArrayList<>();
        for (Bin bin : arm.bins()) {
            double x = scale.x(log2(bin.from()));
            double next = scale.x(log2(bin.to()));
            double height = scale.height(bin.count());
            bars.add(new Bar(
                    text(x + 0.5),
                    text(base - height),
                    text(Math.max(1, next - x - 1)),
                    text(height),
                    Format.count(bin.count()) + " tokens at " + Format.number(bin.from()) + "–"
                            + Format.number(bin.to())));
        }
        return new Panel(arm.arm(), base, base - BARS / 2, Format.count(arm.firings()) + " firings", bars);
    }

    private static List<Tick> ticks(Scale scale, int bottom) {
        List<Tick> ticks = new ArrayList<>();
        double step = Math.max(1, Math.ceil((scale.high() - scale.low()) / 8));
        for (double log = Math.ceil(scale.low()); log <= scale.high(); log += step) {
            ticks.add(new Tick(text(scale.x(log)), bottom + 14, Format.number(Math.pow(2, log))));
        }
        return ticks;
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private static String text(double coordinate) {
        return String.format(Locale.ROOT, "%.1f", coordinate);
    }
}
