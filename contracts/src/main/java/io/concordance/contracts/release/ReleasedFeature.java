package io.concordance.contracts.release;

import io.concordance.contracts.statistics.Proportion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A feature in a release; its place in the manifest's list is its row in the tensors.
 *
 * @param index in its dictionary
 * @param grade computed grade of the evidence, {@code E0} to {@code E4}
 * @param rule id of the rule that it belongs to
 * @param threshold activation that a token must exceed, at least the dictionary's own
 * @param dictionary digest of the probe set that a linear probe is of; null for a feature of the release's dictionary
 */
public record ReleasedFeature(
        String uid,
        int index,
        @Nullable String label,
        ConcernLevel level,
        String grade,
        String rule,
        double threshold,
        List<Evidence> evidence,
        @Nullable String dictionary) {

    public ReleasedFeature {
        evidence = List.copyOf(evidence);
    }

    /** Of the release's dictionary. */
    public ReleasedFeature(
            String uid,
            int index,
            @Nullable String label,
            ConcernLevel level,
            String grade,
            String rule,
            double threshold,
            List<Evidence> evidence) {
        this(uid, index, label, level, grade, rule, threshold, evidence, null);
    }

    /**
     * What one arm showed. Rates are at the arm's own threshold, on documents that did not choose it.
     *
     * @param recall share of bad documents that exceeded the threshold
     * @param falsePositives share of ok documents that did
     * @param auroc of the screening documents, null when a group was empty
     */
    public record Evidence(
            String arm,
            String armKind,
            double threshold,
            Rate recall,
            Rate falsePositives,
            @Nullable Bounded auroc) {}

    /** {@code k} of {@code n} documents, with the exact 95 % interval of the rate. */
    public record Rate(long k, long n, double low, double high) {
        public static Rate of(Proportion proportion) {
            return new Rate(proportion.k(), proportion.n(), proportion.low(), proportion.high());
        }
    }

    /** A value with its 95 % interval. */
    public record Bounded(double value, double low, double high) {}
}
