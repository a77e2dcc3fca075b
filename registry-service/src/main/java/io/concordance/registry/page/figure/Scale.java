package io.concordance.registry.page.figure;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * An axis: values from {@code low} to {@code high}, evenly spaced or by their logarithm.
 *
 * @param low smallest value that is shown; positive on a logarithmic axis
 */
public record Scale(double low, double high, boolean logarithmic) {
    private static final int MOST_TICKS = 6;
    private static final int DIGITS = 4;
    private static final double[] STEPS = {1, 2, 5, 10};

    public Scale {
        if (!(low < high) || (logarithmic && low <= 0)) {
            throw new IllegalArgumentException("an axis from " + low + " to " + high);
        }
    }

    /** From 0, or a lower value, to the largest value. */
    public static Scale fromZero(DoubleStream values) {
        double[] all = values.filter(Double::isFinite).toArray();
        double low = Math.min(0, DoubleStream.of(all).min().orElse(0));
        double high = Math.max(0, DoubleStream.of(all).max().orElse(0));
        return new Scale(low, high > low ? high : low + 1, false);
    }

    /** The decades around the positive values. */
    public static Scale decades(DoubleStream values) {
        double[] all = values.filter(v -> Double.isFinite(v) && v > 0).toArray();
        double low =
                Math.pow(10, Math.floor(Math.log10(DoubleStream.of(all).min().orElse(1))));
        double high =
                Math.pow(10, Math.ceil(Math.log10(DoubleStream.of(all).max().orElse(10))));
        return new Scale(low, high > low ? high : low * 10, true);
    }

    /** A tick's value without digits that say nothing: {@code 0.5}, {@code 20}, {@code 1e-4}, {@code 2.5e6}. */
    public static String text(double value) {
        if (value == 0) {
            return "0";
        }
        double magnitude = Math.abs(value);
        if (magnitude >= 1e-3 && magnitude < 1e5) {
            return new BigDecimal(value)
                    .round(new MathContext(DIGITS))
                    .stripTrailingZeros()
                    .toPlainString();
        }
        int exponent = (int) Math.floor(Math.log10(magnitude) + 1e-9);
        return text(value / Math.pow(10, exponent)) + "e" + exponent;
    }

    /** Where a value lies: 0 at the low end, 1 at the high one. */
    public double at(double value) {
        if (logarithmic) {
            double clamped = Math.max(value, low);
            return (Math.log(clamped) - Math.log(low)) / (Math.log(high) - Math.log(low));
        }
        return (value - low) / (high - low);
    }

    /** Round values to label, a handful. */
    public List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            int first = (int) Math.ceil(Math.log10(low) - 1e-9);
            int last = (int) Math.floor(Math.log10(high) + 1e-9);
            int step = Math.max(1, (last - first + MOST_TICKS - 1) / MOST_TICKS);
            for (int decade = first; decade <= last; decade += step) {
                ticks.add(Math.pow(10, decade));
            }
            return ticks;
        }
        double raw = (high - low) / (MOST_TICKS - 1);
        double decade = Math.pow(10, Math.floor(Math.log10(raw)));
        double step = decade
                * DoubleStream.of(STEPS)
                        .filter(s -> s * decade >= raw)
                        .findFirst()
                        .orElse(10);
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }
}
