package io.concordance.contracts.statistics;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Area under the ROC curve of a score that should be higher on bad documents, ties counted half (Mann-Whitney), with
 * DeLong's 95 % interval (DeLong, DeLong and Clarke-Pearson 1988; midrank form of Sun and Xu 2014) on the logit scale.
 *
 * @param area in [0, 1]; NaN when either group is empty
 * @param low lower bound; {@code high} upper bound
 * @param p two-sided Mann-Whitney p-value by the normal approximation with tie correction
 */
public record Auroc(double area, double low, double high, double p) {
    private static final double Z = 1.959963984540054;

    public static Auroc of(double[] bad, double[] ok) {
        int m = bad.length;
        int n = ok.length;
        if (m == 0 || n == 0) {
            return new Auroc(Double.NaN, 0, 1, 1);
        }
        double[] all = new double[m + n];
        System.arraycopy(bad, 0, all, 0, m);
        System.arraycopy(ok, 0, all, m, n);
        double[] ranks = midranks(all);
        double[] badRanks = midranks(bad);
        double[] okRanks = midranks(ok);
        double sum = 0;
        for (int i = 0; i < m; i++) {
            sum += ranks[i];
        }
        double area = (sum - m * (m + 1d) / 2) / ((double) m * n);
        double[] v10 = new double[m];
        for (int i = 0; i < m; i++) {
            v10[i] = (ranks[i] - badRanks[i]) / n;
        }
        double[] v01 = new double[n];
        for (int j = 0; j < n; j++) {
            v01[j] = 1 - (ranks[m + j] - okRanks[j]) / m;
        }
        double variance = variance(v10) / m + variance(v01) / n;
        double p = mannWhitney(area, m, n, all);
        if (area <= 0 || area >= 1 || variance == 0) {
            // A perfect (or empty) separation has no spread to estimate; fall back on the exact bound of n/n.
            double bound = Math.pow(0.025, 1d / Math.min(m, n));
            return new Auroc(
                    area, area >= 1 ? bound : area <= 0 ? 0 : area, area <= 0 ? 1 - bound : area >= 1 ? 1 : area, p);
        }
        double logit = Math.log(area / (1 - area));
        double spread = Z * Math.sqrt(variance) / (area * (1 - area));
        return new Auroc(area, sigmoid(logit - spread), sigmoid(logit + spread), p);
    }

    private static double mannWhitney(double area, int m, int n, double[] all) {
        double total = (double) m + n;
        double ties = 0;
        double[] sorted = all.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < sorted.length; ) {
            int j = i;
            while (j < sorted.length && sorted[j] == sorted[i]) {
                j++;
            }
            double t = j - i;
            ties += t * t * t - t;
            i = j;
        }
        double variance = (double) m * n / 12 * (total + 1 - ties / (total * (total - 1)));
        if (!(variance > 0)) {
            return 1;
        }
        double distance = Math.max(0, Math.abs(area - 0.5) * m * n - 0.5);
        double z = distance / Math.sqrt(variance);
        return Math.min(1, 2 * NormalDistribution.of(0, 1).survivalProbability(z));
    }

    /** Ranks from 1, ties sharing the mean of theirs. */
    private static double[] midranks(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double[] ranks = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int below = bound(sorted, values[i], false);
            int upTo = bound(sorted, values[i], true);
            ranks[i] = (below + 1 + upTo) / 2d;
        }
        return ranks;
    }

    /** How many sorted values lie below {@code value}, or, when {@code inclusive}, not above it. */
    private static int bound(double[] sorted, double value, boolean inclusive) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (inclusive ? sorted[middle] <= value : sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static double variance(double[] values) {
        if (values.length < 2) {
            return 0;
        }
        double mean = Arrays.stream(values).sum() / values.length;
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return sum / (values.length - 1);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
