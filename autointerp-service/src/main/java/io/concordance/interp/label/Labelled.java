package io.concordance.interp.label;

import io.concordance.interp.label.DetectionScorer.Detection;
import org.jspecify.annotations.Nullable;

/**
 * A feature's label with its scores.
 *
 * @param score null when there is no rule or too few firings in the score split
 * @param borrowedFrom feature whose rule the control used; null without a score
 * @param control score of the borrowed rule
 */
public record Labelled(
        int feature,
        Explanation explanation,
        @Nullable Detection score,
        @Nullable Detection sameTokens,
        @Nullable Integer borrowedFrom,
        @Nullable Detection control) {}
