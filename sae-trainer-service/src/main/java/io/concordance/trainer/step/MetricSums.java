package io.concordance.trainer.step;

import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.concordance.contracts.event.FiringDensity;
import org.jspecify.annotations.Nullable;

/**
 * Sums over the steps of one reporting interval.
 *
 * @param squaredError sum of ||x - x_hat||^2
 * @param variance sum of ||x - mean x||^2, the squared error of the mean predictor
 * @param loss sum of the steps' losses
 * @param gradientNorm sum of the steps' gradient norms
 * @param pairs active (row, feature) pairs
 * @param rows rows seen
 * @param steps steps taken
 */
public record MetricSums(
        double squaredError, double variance, double loss, double gradientNorm, long pairs, long rows, long steps) {
    static final MetricSums NONE = new MetricSums(0, 0, 0, 0, 0, 0, 0);

    MetricSums plus(
            double moreError, double moreVariance, double moreLoss, double norm, long morePairs, long moreRows) {
        return new MetricSums(
                squaredError + moreError,
                variance + moreVariance,
                loss + moreLoss,
                gradientNorm + norm,
                pairs + morePairs,
                rows + moreRows,
                steps + 1);
    }

    /** Means over the interval; FVU is 1 for the mean predictor and 0 for identity. */
    Metrics metrics(double alive, @Nullable Double cosine, @Nullable FiringDensity density) {
        if (steps == 0) {
            return new Metrics(0, 0, 0, alive);
        }
        return new Metrics(
                loss / steps,
                fvu(squaredError, variance),
                (double) pairs / rows,
                alive,
                cosine,
                gradientNorm / steps,
                density,
                null);
    }

    /** 0 where there is nothing to explain. */
    static double fvu(double squaredError, double variance) {
        return variance > 0 ? squaredError / variance : 0;
    }
}
