package io.concordance.registry.page.figure;

import java.util.List;

/**
 * Shapes in a plane whose y axis points down, in the order in which they are drawn. Coordinates are text with one decimal.
 *
 * @param label what it shows, for those who do not see it
 */
public record Drawing(
        int width, int height, String label, List<Rect> rects, List<Line> lines, List<Path> paths, List<Text> texts) {

    public record Rect(String x, String y, String width, String height, String cssClass, String title) {}

    public record Line(String x1, String y1, String x2, String y2, String cssClass, String title) {}

    /** @param outline as in the attribute {@code d} of SVG */
    public record Path(String outline, String cssClass, String title) {}

    public record Text(String x, String y, String text, String cssClass) {}
}
