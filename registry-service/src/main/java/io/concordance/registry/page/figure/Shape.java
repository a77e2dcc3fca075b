package io.concordance.registry.page.figure;

import java.util.Locale;

/** Marks that differ in shape as well as in colour, so that none depends on telling colours apart. */
public enum Shape {
    CIRCLE("m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z"),
    SQUARE("m-3.6-3.6h7.2v7.2h-7.2z"),
    TRIANGLE("m0-4.6l4.4 7.8h-8.8z"),
    DIAMOND("m0-5l5 5l-5 5l-5-5z"),
    CROSS("m-3.8-3.8l7.6 7.6m0-7.6l-7.6 7.6"),
    PLUS("m-4.6 0h9.2m-4.6-4.6v9.2"),
    BAR("m-5-2.5h10v5h-10z"),
    STROKE("m-6 0h12");

    private final String outline;

    Shape(String outline) {
        this.outline = outline;
    }

    /** A shape for the series with this number; they repeat. */
    public static Shape of(int series) {
        return values()[Math.floorMod(series, PLUS.ordinal() + 1)];
    }

    /** Its outline around a point, as in the attribute {@code d} of SVG. */
    public String outline(double x, double y) {
        return String.format(Locale.ROOT, "M%.1f %.1f", x, y) + outline;
    }

    /** The entry of a legend. */
    public Figure.Key key(String name, String cssClass) {
        return new Figure.Key(name, cssClass, outline(6, 6));
    }
}
