package io.concordance.contracts.statistics;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A mean over independent units with its 95 % interval by Student's t.
 *
 * @param n units
 */
public record MeanInterval(int n, double mean, double low, double high) {
    private static final double ALPHA = 0.05;

    /** @throws IllegalArgumentException for fewer than two values, which have no interval */
    public static MeanInterval of(double... values) {
        int n = values.length;
        if (n < 2) {
            throw new IllegalArgumentException(n + " values have no interval");
        }
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double mean = sum / n;
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return around(n, mean, squares);
    }

    /**
     * From sums, for values that are mostly 0.
     *
     * @param squares sum of squares of the values
     * @throws IllegalArgumentException for fewer than two values, which have no interval
     */
    public static MeanInterval ofSums(int n, double sum, double squares) {
        if (n < 2) {
            throw new IllegalArgumentException(n + " values have no interval");
        }
        double mean = sum / n;
        return around(n, mean, Math.max(0, squares - n * mean * mean));
    }

    /** @param squares sum of squared distances from the mean */
    private static MeanInterval around(int n, double mean, double squares) {
        double error = Math.sqrt(squares / (n - 1) / n);
        double reach = TDistribution.of(n - 1d).inverseCumulativeProbability(1 - ALPHA / 2) * error;
        return new MeanInterval(n, mean, mean - reach, mean + reach);
    }
}
