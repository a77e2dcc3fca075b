package io.concordance.bench;

import java.util.Arrays;
import java.util.Locale;

/** Repeated measurements of one quantity. */
public final class Sample {
    private final double[] sorted;

    public Sample(double... values) {
        sorted = values.clone();
        Arrays.sort(sorted);
    }

    public int n() {
        return sorted.length;
    }

    public double median() {
        return quantile(0.5);
    }

    /** Linear between the two nearest values. */
    private double quantile(double q) {
        double at = q * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** Median, quartiles and extremes, such as {@code 1.03 (1.01-1.05, 0.99-1.10, n 7)}. */
    public String text(String format) {
        return String.format(
                Locale.ROOT,
                format + " (" + format + " to " + format + ", all " + format + " to " + format + ", n %d)",
                median(),
                quantile(0.25),
                quantile(0.75),
                sorted[0],
                sorted[sorted.length - 1],
                sorted.length);
    }
}
