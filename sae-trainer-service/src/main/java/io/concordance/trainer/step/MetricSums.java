package io.concordance.trainer.step;

import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;

/**
 * Sums over the steps of one reporting interval.
 *
 * @param squaredError sum of ||x - x_hat||^2
 * @param variance sum of ||x - mean x||^2, the squared error of the mean predictor
 * @param loss sum of the steps' losses
 * @param pairs active (row, feature) pairs
 * @param rows rows seen
 * @param steps steps taken
 */
public record MetricSums(double squaredError, double variance, double loss, long pairs, long rows, long steps) {
    static final MetricSums NONE = new MetricSums(0, 0, 0, 0, 0, 0);

    MetricSums plus(double moreError, double moreVariance, double moreLoss, long morePairs, long moreRows) {
        return new MetricSums(
                squaredError + moreError,
                variance + moreVariance,
                loss + moreLoss,
                pairs + morePairs,
                rows + moreRows,
                steps + 1);
    }

    /** Means over the interval; FVU is 1 for the mean predictor and 0 for identity. */
    Metrics metrics(double alive) {
        if (steps == 0) {
            return new Metrics(0, 0, 0, alive);
        }
        return new Metrics(loss / steps, variance > 0 ? squaredError / variance : 0, (double) pairs / rows, alive);
    }
}
