package io.concordance.registry.feature;

import io.concordance.contracts.event.FeatureExplained.Score;
import org.jspecify.annotations.Nullable;

/** The label a feature got, who gave it and how well it predicts firing. */
public record Explanation(
        String label,
        String explainer,
        String explainerVersion,
        String trustTier,
        long firings,
        @Nullable Score score) {}
