package io.concordance.contracts.event;

import org.jspecify.annotations.Nullable;

/**
 * A feature got a label.
 *
 * @param label what the feature seems to mean
 * @param trustTier how far the explainer can be trusted, such as {@code offline-statistics}
 * @param firings how many rows it fired on in the examples pass
 * @param score how well the label predicts firing on held-out documents; null when there were too few firings to score
 */
public record FeatureExplained(
        String featureUid,
        String dictionary,
        int index,
        String label,
        String explainer,
        String explainerVersion,
        String trustTier,
        long firings,
        @Nullable Score score) {

    /** A score with its 95 % interval, number of judged examples and parse failures. */
    public record Score(String kind, double value, double low, double high, int n, int parseFailures) {}
}
