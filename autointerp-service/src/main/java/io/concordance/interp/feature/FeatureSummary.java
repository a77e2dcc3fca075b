package io.concordance.interp.feature;

import io.concordance.contracts.event.FeatureAttributed.Screen;
import org.jspecify.annotations.Nullable;

/**
 * A feature in a list.
 *
 * @param label as in {@link FeatureReport}
 * @param best the published screen with the smallest q, then the largest AUROC; null when no bad document made it fire in
 *     time
 * @param positioning as in {@link FeatureReport.PositionReport}, and so are {@code eta2} and {@code omega2WithinTokens}
 */
public record FeatureSummary(
        String uid,
        int index,
        long firings,
        double rate,
        @Nullable String label,
        FeatureReport.@Nullable Detection score,
        @Nullable Best best,
        @Nullable String positioning,
        @Nullable Double eta2,
        @Nullable Double omega2WithinTokens) {

    /** The same with another positioning. */
    FeatureSummary with(String other) {
        return new FeatureSummary(uid, index, firings, rate, label, score, best, other, eta2, omega2WithinTokens);
    }

    public record Best(String arm, String armKind, Screen screen) {}
}
