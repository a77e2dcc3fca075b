package io.concordance.capture.model.gradient;

import org.jspecify.annotations.Nullable;

/**
 * What a model's registration found out about its gradients.
 *
 * @param supported gradients exist and agree with finite differences
 * @param problem why not; null when supported
 * @param maxRelativeError largest disagreement with central differences over the hooks tried, relative to the length of
 *     the gradient; null when there is no gradient to compare
 * @param nodes nodes that the gradient added to the model's graph
 */
public record GradientSupport(
        boolean supported,
        @Nullable String problem,
        @Nullable Double maxRelativeError,
        int nodes) {

    static GradientSupport none(String problem) {
        return new GradientSupport(false, problem, null, 0);
    }
}
