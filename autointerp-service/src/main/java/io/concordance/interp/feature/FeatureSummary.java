package io.concordance.interp.feature;

import io.concordance.contracts.event.FeatureAttributed.Screen;
import org.jspecify.annotations.Nullable;

/**
 * A feature in a list.
 *
 * @param label as in {@link FeatureReport}
 * @param best the published screen with the smallest q, then the largest AUROC; null when no bad document made it fire in
 *     time
 * @param positioning as in {@link FeatureReport.PositionReport}
 */
public record FeatureSummary(
        String uid,
        int index,
        long firings,
        double rate,
        @Nullable String label,
        FeatureReport.@Nullable Detection score,
        @Nullable Best best,
        @Nullable String positioning) {

    /** The same with another positioning. */
    FeatureSummary with(String other) {
        return new FeatureSummary(uid, index, firings, rate, label, score, best, other);
    }

    public record Best(String arm, String armKind, Screen screen) {}
}
