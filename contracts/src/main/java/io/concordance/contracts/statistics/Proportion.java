package io.concordance.contracts.statistics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * {@code k} of {@code n}, with the exact (Clopper-Pearson) 95 % interval.
 *
 * @param rate k / n, or NaN when n is 0
 * @param low lower bound; 0 when k is 0
 * @param high upper bound; 1 when k equals n
 */
public record Proportion(long k, long n, double rate, double low, double high) {
    private static final double ALPHA = 0.05;
    private static final int MOST_KNOWN = 10_000;

    /** Found before: a quantile is slow to find, and the same counts come up again from feature to feature. */
    private static final Map<Counts, Proportion> KNOWN = new ConcurrentHashMap<>();

    private record Counts(long k, long n) {}

    public static Proportion of(long k, long n) {
        if (k < 0 || k > n) {
            throw new IllegalArgumentException(k + " of " + n);
        }
        if (n == 0) {
            return new Proportion(0, 0, Double.NaN, 0, 1);
        }
        if (KNOWN.size() >= MOST_KNOWN) {
            KNOWN.clear();
        }
        return KNOWN.computeIfAbsent(new Counts(k, n), counts -> exact(k, n));
    }

    private static Proportion exact(long k, long n) {
        double low = k == 0 ? 0 : BetaDistribution.of(k, n - k + 1d).inverseCumulativeProbability(ALPHA / 2);
        double high = k == n ? 1 : BetaDistribution.of(k + 1d, n - k).inverseCumulativeProbability(1 - ALPHA / 2);
        return new Proportion(k, n, (double) k / n, low, high);
    }

    /** One-sided 95 % upper bound on the rate; about 3 / n when k is 0. */
    public static double upperBound(long k, long n) {
        if (n == 0 || k == n) {
            return 1;
        }
        return BetaDistribution.of(k + 1d, n - k).inverseCumulativeProbability(1 - ALPHA);
    }
}
