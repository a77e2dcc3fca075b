package io.concordance.registry.study.strategy;

import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;

/**
 * A feature that an arm nominates, with the numbers that nominate it. All counts are calibration documents.
 *
 * @param index index in the dictionary
 * @param threshold activation that a document's maximum must exceed to count as a fire
 * @param auroc of the document maximum, on screening documents
 */
public record Candidate(
        String featureUid,
        int index,
        String arm,
        String armKind,
        double threshold,
        int badDocuments,
        int badExceeding,
        int okDocuments,
        int okExceeding,
        double auroc) {

    static Candidate of(Feature feature, Evidence evidence) {
        Calibration calibration = evidence.calibration();
        return new Candidate(
                feature.uid(),
                feature.index(),
                evidence.arm(),
                evidence.armKind(),
                calibration.threshold(),
                calibration.badDocuments(),
                calibration.badExceeding(),
                calibration.okDocuments(),
                calibration.okExceeding(),
                evidence.screen().auroc());
    }

    /** Share of bad calibration documents above the threshold; 0 when there are none. */
    public double recall() {
        return badDocuments == 0 ? 0 : (double) badExceeding / badDocuments;
    }
}
