package io.concordance.registry.feature;

import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.statistics.Proportion;

/** What one arm says about a feature and bad outcomes. Counts are of documents. */
public record Evidence(String arm, String armKind, Screen screen, Calibration calibration) {

    /** Share of bad calibration documents that exceed the threshold, with its exact 95 % interval. */
    public Proportion recall() {
        return Proportion.of(calibration.badExceeding(), calibration.badDocuments());
    }

    /** Share of ok calibration documents that exceed the threshold, with its exact 95 % interval. */
    public Proportion falsePositiveRate() {
        return Proportion.of(calibration.okExceeding(), calibration.okDocuments());
    }
}
