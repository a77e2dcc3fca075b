package io.concordance.registry.page.figure;

import io.concordance.registry.page.figure.Drawing.Line;
import io.concordance.registry.page.figure.Drawing.Path;
import io.concordance.registry.page.figure.Drawing.Rect;
import io.concordance.registry.page.figure.Drawing.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** Draws values on two axes. Series have the classes {@code s0}, {@code s1}, ... of the style sheet. */
public final class Plot {
    private static final int WIDTH = 440;
    private static final int HEIGHT = 230;
    private static final int LEFT = 56;
    private static final int RIGHT = 16;
    private static final int TOP = 22;
    private static final int BOTTOM = 38;

    private final Scale across;
    private final Scale up;
    private final List<Rect> rects = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private final List<Path> paths = new ArrayList<>();
    private final List<Text> texts = new ArrayList<>();

    /**
     * @param across the horizontal axis, named {@code acrossName} with its unit
     * @param up the vertical axis
     * @param number how the values at ticks of the vertical axis are written; likewise {@code acrossNumber}
     */
    public Plot(
            Scale across,
            String acrossName,
            DoubleFunction<String> acrossNumber,
            Scale up,
            String upName,
            DoubleFunction<String> number) {
        this.across = across;
        this.up = up;
        for (double tick : up.ticks()) {
            String y = text(y(tick));
            lines.add(new Line(text(LEFT), y, text(WIDTH - RIGHT), y, "grid", ""));
            texts.add(new Text(text(LEFT - 6), text(y(tick) + 4), number.apply(tick), "tick end"));
        }
        for (double tick : across.ticks()) {
            String x = text(x(tick));
            lines.add(new Line(x, text(HEIGHT - BOTTOM), x, text(HEIGHT - BOTTOM + 4), "axis", ""));
            texts.add(new Text(x, text(HEIGHT - BOTTOM + 16), acrossNumber.apply(tick), "tick middle"));
        }
        lines.add(new Line(text(LEFT), text(HEIGHT - BOTTOM), text(WIDTH - RIGHT), text(HEIGHT - BOTTOM), "axis", ""));
        texts.add(new Text(text(WIDTH - RIGHT), text(HEIGHT - 5), acrossName, "name end"));
        texts.add(new Text(text(2), text(12), upName, "name"));
    }

    private double x(double value) {
        return LEFT + Math.clamp(across.at(value), 0, 1) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - Math.clamp(up.at(value), 0, 1) * (HEIGHT - TOP - BOTTOM);
    }

    /** A bar from the low end of the vertical axis. */
    public void bar(double from, double to, double value, int series, String title) {
        double width = Math.max(1, x(to) - x(from) - 1);
        double top = y(value);
        rects.add(new Rect(
                text(x(from) + 0.5), text(top), text(width), text(HEIGHT - BOTTOM - top), "s" + series, title));
    }

    /** Straight lines through points {@code [x, y]}; points that are not finite are left out. */
    public void curve(List<double[]> points, int series, String title) {
        StringBuilder outline = new StringBuilder();
        for (double[] point : points) {
            if (Double.isFinite(point[0]) && Double.isFinite(point[1])) {
                outline.append(outline.isEmpty() ? 'M' : 'L')
                        .append(text(x(point[0])))
                        .append(' ')
                        .append(text(y(point[1])));
            }
        }
        paths.add(new Path(outline.toString(), "curve s" + series, title));
    }

    public void mark(double across, double up, Shape shape, int series, String title) {
        mark(across, up, 0, shape, "s" + series, title);
    }

    /** @param aside how far to the right of its place, where another mark is there already */
    public void mark(double across, double up, double aside, Shape shape, String cssClass, String title) {
        paths.add(new Path(shape.outline(x(across) + aside, y(up)), "mark " + cssClass, title));
    }

    /** A line between two points, such as the interval of a mark. */
    public void line(double fromX, double fromY, double toX, double toY, double aside, String cssClass, String title) {
        lines.add(
                new Line(text(x(fromX) + aside), text(y(fromY)), text(x(toX) + aside), text(y(toY)), cssClass, title));
    }

    /** A line over the whole height. */
    public void vertical(double at, String cssClass, String title) {
        lines.add(new Line(text(x(at)), text(TOP), text(x(at)), text(HEIGHT - BOTTOM), cssClass, title));
    }

    /** A line over the whole width. */
    public void horizontal(double at, String cssClass, String title) {
        lines.add(new Line(text(LEFT), text(y(at)), text(WIDTH - RIGHT), text(y(at)), cssClass, title));
    }

    public Drawing drawing(String label) {
        return new Drawing(WIDTH, HEIGHT, label, rects, lines, paths, texts);
    }

    private static String text(double coordinate) {
        return String.format(Locale.ROOT, "%.1f", coordinate);
    }
}
