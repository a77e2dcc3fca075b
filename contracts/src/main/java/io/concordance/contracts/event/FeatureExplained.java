package io.concordance.contracts.event;

import org.jspecify.annotations.Nullable;

/**
 * A feature got a label.
 *
 * @param label what the feature seems to mean
 * @param trustTier how far the explainer can be trusted, such as {@code offline-statistics}
 * @param firings how many rows it fired on in the examples pass
 * @param model that was asked for it; null where the explainer asks none
 * @param promptHash of what that model was asked, but for the feature's own examples; null with {@code model}
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
        @Nullable Score score,
        @Nullable String model,
        @Nullable String promptHash) {

    /** From an explainer that asks no model. */
    public FeatureExplained(
            String featureUid,
            String dictionary,
            int index,
            String label,
            String explainer,
            String explainerVersion,
            String trustTier,
            long firings,
            @Nullable Score score) {
        this(featureUid, dictionary, index, label, explainer, explainerVersion, trustTier, firings, score, null, null);
    }

    /** A score with its 95 % interval, number of judged examples and parse failures. */
    public record Score(String kind, double value, double low, double high, int n, int parseFailures) {}
}
