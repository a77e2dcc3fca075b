package io.concordance.registry.feature;

import io.concordance.contracts.event.FeatureAttributed.Ablation;
import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Gradient;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.release.Pooling;
import io.concordance.contracts.statistics.Proportion;
import org.jspecify.annotations.Nullable;

/**
 * What one arm says about a feature and bad outcomes. Counts are of documents.
 *
 * @param gradient null until gradients were asked
 * @param ablation null until the feature was removed to see what changes
 * @param pooling how values of tokens became those of documents; null for a feature's largest
 */
public record Evidence(
        String arm,
        String armKind,
        Screen screen,
        Calibration calibration,
        @Nullable Gradient gradient,
        @Nullable Ablation ablation,
        @Nullable Pooling pooling) {

    /** By the largest activation of each document. */
    public Evidence(
            String arm,
            String armKind,
            Screen screen,
            Calibration calibration,
            @Nullable Gradient gradient,
            @Nullable Ablation ablation) {
        this(arm, armKind, screen, calibration, gradient, ablation, null);
    }

    /** Association alone. */
    public Evidence(String arm, String armKind, Screen screen, Calibration calibration) {
        this(arm, armKind, screen, calibration, null, null);
    }

    /** Share of bad calibration documents that exceed the threshold, with its exact 95 % interval. */
    public Proportion recall() {
        return Proportion.of(calibration.badExceeding(), calibration.badDocuments());
    }

    /** Share of ok calibration documents that exceed the threshold, with its exact 95 % interval. */
    public Proportion falsePositiveRate() {
        return Proportion.of(calibration.okExceeding(), calibration.okDocuments());
    }
}
