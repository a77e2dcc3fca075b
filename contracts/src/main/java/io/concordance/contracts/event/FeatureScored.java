package io.concordance.contracts.event;

import org.jspecify.annotations.Nullable;

/**
 * A label of a feature was scored by asking a language model to use it on documents its explainer never saw.
 *
 * @param label what was scored
 * @param explainer who made the label; {@code trustTier} says how far it can be trusted
 * @param model that was asked to use the label
 * @param scorer {@code detection}, {@code fuzzing}, {@code simulation} or {@code surprisal}
 * @param kind the scorer with the statistic that its value is, such as {@code detection-balanced-accuracy}
 * @param estimate null when there was nothing to compute it from; {@code missing} says why
 * @param n examples that were judged
 * @param parseFailures examples whose answer could not be read; they are neither hits nor misses
 * @param control the same scorer with the label of another feature
 * @param adopted whether the label beat its controls and stands for the feature
 */
public record FeatureScored(
        String featureUid,
        String dictionary,
        int index,
        String label,
        String explainer,
        String explainerVersion,
        String trustTier,
        String model,
        String scorer,
        String kind,
        @Nullable Estimate estimate,
        int n,
        int parseFailures,
        @Nullable String missing,
        @Nullable Control control,
        boolean adopted) {

    /** With its 95 % interval. */
    public record Estimate(double value, double low, double high) {}

    /** @param feature uid of the feature whose label was borrowed */
    public record Control(String feature, @Nullable Estimate estimate, int n, int parseFailures) {}
}
