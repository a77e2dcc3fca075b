package io.concordance.contracts.statistics;

/**
 * How much of the variance of rows is explained by the group they are in. η² = SSB / SST;
 * ω² = (SSB - (P-1) MSW) / (SST + MSW) corrects it for chance (Hays 1963), where P is the number of groups that have rows,
 * n the number of rows and MSW = (SST - SSB) / (n - P). For vectors the sums run over coordinates too. Both are 0 where
 * nothing varies or no group has two rows; ω² is never below 0.
 *
 * @param rows n
 * @param groups P
 */
public record ExplainedVariance(double eta2, double omega2, long rows, int groups) {

    /**
     * @param rows of each group, {@code [groups]}
     * @param sums of each group, {@code [groups, width]}
     * @param width values a row
     * @param squares sum of the squares of all values
     */
    public static ExplainedVariance of(long[] rows, double[] sums, int width, double squares) {
        long total = 0;
        int groups = 0;
        for (long some : rows) {
            total += some;
            groups += some > 0 ? 1 : 0;
        }
        if (total <= groups) {
            return new ExplainedVariance(0, 0, total, groups);
        }
        double between = 0;
        double within = squares;
        for (int i = 0; i < width; i++) {
            double all = 0;
            double ofMeans = 0;
            for (int g = 0; g < rows.length; g++) {
                if (rows[g] > 0) {
                    double sum = sums[g * width + i];
                    all += sum;
                    ofMeans += sum * sum / rows[g];
                }
            }
            between += ofMeans - all * all / total;
            within -= ofMeans;
        }
        between = Math.max(0, between);
        within = Math.max(0, within);
        double variance = between + within;
        if (!(variance > 0)) {
            return new ExplainedVariance(0, 0, total, groups);
        }
        double mean = within / (total - groups);
        return new ExplainedVariance(
                between / variance, Math.max(0, (between - (groups - 1) * mean) / (variance + mean)), total, groups);
    }
}
