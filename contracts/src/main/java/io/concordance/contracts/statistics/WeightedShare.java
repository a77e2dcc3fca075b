package io.concordance.contracts.statistics;

import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * A share among items that were chosen with unequal probabilities (Hajek's estimate), with a 95 % interval: Clopper-Pearson's
 * at the effective number of items, the smaller of Kish's (sum w)^2 / sum w^2 and the one that gives the linearised variance.
 *
 * @param items how many there were; {@code effective} what they are worth
 */
public record WeightedShare(double value, double low, double high, int items, double effective) {
    private static final double TAIL = 0.025;

    /**
     * @param hits whether each item counts
     * @param weights of the items, 1 / probability of having been chosen
     */
    static WeightedShare of(boolean[] hits, double[] weights) {
        double sum = 0;
        double squares = 0;
        double hit = 0;
        for (int i = 0; i < hits.length; i++) {
            sum += weights[i];
            squares += weights[i] * weights[i];
            hit += hits[i] ? weights[i] : 0;
        }
        if (hits.length == 0) {
            return new WeightedShare(Double.NaN, 0, 1, 0, 0);
        }
        double value = hit / sum;
        double spread = 0;
        for (int i = 0; i < hits.length; i++) {
            double off = weights[i] * ((hits[i] ? 1 : 0) - value) / sum;
            spread += off * off;
        }
        double effective = sum * sum / squares;
        if (spread > 0) {
            effective = Math.min(effective, value * (1 - value) / spread);
        }
        double k = value * effective;
        double low = value <= 0 ? 0 : BetaDistribution.of(k, effective - k + 1).inverseCumulativeProbability(TAIL);
        double high = value >= 1 ? 1 : BetaDistribution.of(k + 1, effective - k).inverseCumulativeProbability(1 - TAIL);
        return new WeightedShare(value, low, high, hits.length, effective);
    }
}
