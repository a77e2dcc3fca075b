package io.concordance.contracts.event;

/**
 * A published dictionary has this feature.
 *
 * @param featureUid stable id, see {@code FeatureUids}
 * @param change {@code new}, {@code revived} or {@code drifted}
 * @param firingRate share of rows it fired on in the last quarter of training
 * @param tokens rows that the rate was measured over
 */
public record FeatureDiscovered(
        String featureUid,
        String dictionary,
        String runId,
        String model,
        String hook,
        int index,
        String change,
        double firingRate,
        long tokens) {}
