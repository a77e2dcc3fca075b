package io.concordance.registry.study.strategy;

import io.concordance.contracts.event.FeatureAttributed.Ablation;
import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.release.Pooling;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.registry.feature.Evidence;
import org.jspecify.annotations.Nullable;

/**
 * A feature that an arm nominates, with the numbers that nominate it. All counts are calibration documents.
 *
 * @param index index in the dictionary
 * @param threshold activation that a document's maximum must exceed to count as a fire
 * @param auroc of the document maximum, on screening documents
 * @param pooling how values of tokens become that of a document; null for the largest
 * @param ablation what removing it changes; null where that was not tried
 * @param aurocCi of the AUROC, 95 %; null where it was not stated
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
        double auroc,
        @Nullable Pooling pooling,
        @Nullable Ablation ablation,
        @Nullable Interval aurocCi) {

    /** By the largest value of a document. */
    public Candidate(
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
        this(
                featureUid,
                index,
                arm,
                armKind,
                threshold,
                badDocuments,
                badExceeding,
                okDocuments,
                okExceeding,
                auroc,
                null,
                null,
                null);
    }

    /** How a monitor pools it. */
    Pooling pooled() {
        return pooling == null ? Pooling.PEAK : pooling;
    }

    static Candidate of(String uid, int index, Evidence evidence) {
        Calibration calibration = evidence.calibration();
        return new Candidate(
                uid,
                index,
                evidence.arm(),
                evidence.armKind(),
                calibration.threshold(),
                calibration.badDocuments(),
                calibration.badExceeding(),
                calibration.okDocuments(),
                calibration.okExceeding(),
                evidence.screen().auroc(),
                evidence.pooling(),
                evidence.ablation(),
                new Interval(evidence.screen().aurocLow(), evidence.screen().aurocHigh()));
    }

    /** What removing the feature alone takes from the action's log-probability, nats; 0 where that is not established. */
    double confirmedEffect() {
        return ablation != null && ablation.features().size() == 1 && ablation.low() > 0 ? ablation.effect() : 0;
    }

    /** Share of bad calibration documents above the threshold; 0 when there are none. */
    public double recall() {
        return badDocuments == 0 ? 0 : (double) badExceeding / badDocuments;
    }
}
