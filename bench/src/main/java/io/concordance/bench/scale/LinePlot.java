package io.concordance.bench.scale;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Lines over logarithmic axes, as an SVG file that needs nothing else. */
final class LinePlot {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 420;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 20;
    private static final int BOTTOM = 110;
    private static final List<String> COLOURS = List.of("#0b5394", "#b45f06", "#38761d", "#741b47", "#444444");
    private static final List<String> DASHES = List.of("", "7 4", "2 4", "9 3 2 3", "1 3");

    private final String across;
    private final String up;
    private final Map<String, List<double[]>> lines = new LinkedHashMap<>();

    LinePlot(String across, String up) {
        this.across = across;
        this.up = up;
    }

    /** @param points x and y above 0; those at 0 are left out */
    void add(String name, List<double[]> points) {
        lines.put(name, points.stream().filter(point -> point[1] > 0).toList());
    }

    String svg() {
        double[] x = decades(0);
        double[] y = decades(1);
        StringBuilder out = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">%n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        for (double decade = x[0]; decade <= x[1]; decade++) {
            double at = across(Math.pow(10, decade), x);
            line(out, at, TOP, at, HEIGHT - BOTTOM, "#dddddd");
            label(out, at, HEIGHT - BOTTOM + 16.0, "middle", String.format(Locale.ROOT, "%,.0f", Math.pow(10, decade)));
        }
        for (double decade = y[0]; decade <= y[1]; decade++) {
            double at = up(Math.pow(10, decade), y);
            line(out, LEFT, at, WIDTH - RIGHT, at, "#dddddd");
            label(out, LEFT - 6.0, at + 4, "end", String.format(Locale.ROOT, "10^%.0f", decade));
        }
        label(out, LEFT, HEIGHT - BOTTOM + 34.0, "start", across + "; upwards: " + up);
        int number = 0;
        for (Map.Entry<String, List<double[]>> line : lines.entrySet()) {
            StringBuilder points = new StringBuilder();
            for (double[] point : line.getValue()) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", across(point[0], x), up(point[1], y)));
            }
            String style = String.format(
                    "fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"",
                    COLOURS.get(number % COLOURS.size()), DASHES.get(number % DASHES.size()));
            out.append(String.format(
                    "<polyline points=\"%s\" %s/>%n", points.toString().strip(), style));
            double at = HEIGHT - BOTTOM + 52.0 + 14 * number;
            out.append(String.format(
                    Locale.ROOT,
                    "<polyline points=\"%d,%.1f %d,%.1f\" %s/>%n",
                    LEFT,
                    at - 4,
                    LEFT + 40,
                    at - 4,
                    style));
            label(out, LEFT + 48.0, at, "start", line.getKey());
            number++;
        }
        return out.append("</svg>\n").toString();
    }

    /** Exponents of the decades around all values of a coordinate. */
    private double[] decades(int coordinate) {
        double least = lines.values().stream()
                .flatMap(List::stream)
                .mapToDouble(p -> p[coordinate])
                .min()
                .orElse(1);
        double most = lines.values().stream()
                .flatMap(List::stream)
                .mapToDouble(p -> p[coordinate])
                .max()
                .orElse(10);
        double first = Math.floor(Math.log10(least));
        return new double[] {first, Math.max(first + 1, Math.ceil(Math.log10(most)))};
    }

    private static double across(double value, double[] decades) {
        return LEFT + (Math.log10(value) - decades[0]) / (decades[1] - decades[0]) * (WIDTH - LEFT - RIGHT);
    }

    private static double up(double value, double[] decades) {
        return HEIGHT - BOTTOM - (Math.log10(value) - decades[0]) / (decades[1] - decades[0]) * (HEIGHT - TOP - BOTTOM);
    }

    private static void line(StringBuilder out, double x1, double y1, double x2, double y2, String colour) {
        out.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
                x1,
                y1,
                x2,
                y2,
                colour));
    }

    private static void label(StringBuilder out, double x, double y, String anchor, String text) {
        out.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                text.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
