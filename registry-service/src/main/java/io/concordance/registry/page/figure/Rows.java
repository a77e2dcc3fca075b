package io.concordance.registry.page.figure;

import io.concordance.registry.page.figure.Drawing.Line;
import io.concordance.registry.page.figure.Drawing.Path;
import io.concordance.registry.page.figure.Drawing.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Values with their intervals, one named row each, on one axis. */
public final class Rows {
    private static final int WIDTH = 440;
    private static final int LEFT = 172;
    private static final int RIGHT = 18;
    private static final int ROW = 30;
    private static final int AXIS = 36;
    /** Names that begin alike often end differently, so the middle of a longer one is left out. */
    private static final int LONGEST_NAME = 20;

    private static final int BEGINNING = 9;

    private final Scale across;
    private final List<Line> lines = new ArrayList<>();
    private final List<Path> paths = new ArrayList<>();
    private final List<Text> texts = new ArrayList<>();
    private int rows;

    public Rows(Scale across) {
        this.across = across;
    }

    /** Adds a row; {@code low} and {@code high} may be the value itself. */
    public void add(String name, double value, double low, double high, Shape shape, int series, String title) {
        double y = rows++ * ROW + ROW / 2.0;
        String shown = name.length() <= LONGEST_NAME
                ? name
                : name.substring(0, BEGINNING) + "…" + name.substring(name.length() - LONGEST_NAME + BEGINNING + 1);
        texts.add(new Text("2", text(y + 4), shown, "name"));
        lines.add(new Line(text(x(low)), text(y), text(x(high)), text(y), "interval s" + series, title));
        paths.add(new Path(shape.outline(x(value), y), "mark s" + series, title));
    }

    /** @param reference a value to mark over all rows, such as what chance alone gives */
    public Drawing drawing(String label, String axisName, double reference, String referenceName) {
        lines.add(new Line(text(x(reference)), "0", text(x(reference)), text(rows * ROW), "reference", referenceName));
        return drawing(label, axisName);
    }

    /** With nothing marked over the rows. */
    public Drawing drawing(String label, String axisName) {
        int bottom = rows * ROW;
        for (double tick : across.ticks()) {
            lines.add(0, new Line(text(x(tick)), "0", text(x(tick)), text(bottom), "grid", ""));
            texts.add(new Text(text(x(tick)), text(bottom + 13), Scale.text(tick), "tick middle"));
        }
        texts.add(new Text(text(WIDTH - RIGHT), text(bottom + 29), axisName, "name end"));
        return new Drawing(WIDTH, bottom + AXIS, label, List.of(), lines, paths, texts);
    }

    private double x(double value) {
        return LEFT + Math.clamp(across.at(value), 0, 1) * (WIDTH - LEFT - RIGHT);
    }

    private static String text(double coordinate) {
        return String.format(Locale.ROOT, "%.1f", coordinate);
    }
}
