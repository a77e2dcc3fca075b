package io.concordance.contracts.event;

import io.concordance.contracts.release.Pooling;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a feature relates to bad outcomes, learnt from one arm and the benign arm. All counts are of documents. A bad
 * document counts by its tokens before the first that the model wrote, where there is still time to stop it; an ok
 * document by all its tokens, as a fire on it is false wherever it comes.
 *
 * @param arm arm whose bad outcomes were screened
 * @param gradient what the gradient says of the feature, on screening documents; null until it was asked
 * @param ablation what removing the feature does, on documents that the screen has not seen; null until it was tried
 * @param pooling how the values of tokens became those of documents, of bad and ok ones alike; null for the largest,
 *     counted as said above
 */
public record FeatureAttributed(
        String featureUid,
        String dictionary,
        int index,
        String arm,
        String armKind,
        Screen screen,
        Calibration calibration,
        @Nullable Gradient gradient,
        @Nullable Ablation ablation,
        @Nullable Pooling pooling) {

    /** By the largest activation of each document. */
    public FeatureAttributed(
            String featureUid,
            String dictionary,
            int index,
            String arm,
            String armKind,
            Screen screen,
            Calibration calibration,
            @Nullable Gradient gradient,
            @Nullable Ablation ablation) {
        this(featureUid, dictionary, index, arm, armKind, screen, calibration, gradient, ablation, null);
    }

    /** As the screen leaves it. */
    public FeatureAttributed(
            String featureUid,
            String dictionary,
            int index,
            String arm,
            String armKind,
            Screen screen,
            Calibration calibration) {
        this(featureUid, dictionary, index, arm, armKind, screen, calibration, null, null);
    }

    /**
     * Association with the outcome over screening documents, by the maximum activation of each document.
     *
     * @param badFiring bad-outcome documents in which the feature fired at all
     * @param logOdds smoothed log odds ratio of firing, with its 95 % interval
     * @param auroc area under the ROC of the document maximum, with its 95 % interval
     * @param p one-sided Mann-Whitney p-value that bad documents score higher
     * @param q Benjamini-Hochberg adjusted p over all features of the arm
     */
    public record Screen(
            int badDocuments,
            int okDocuments,
            int badFiring,
            int okFiring,
            double logOdds,
            double logOddsLow,
            double logOddsHigh,
            double auroc,
            double aurocLow,
            double aurocHigh,
            double p,
            double q) {}

    /**
     * A threshold and what exceeds it on documents that neither the screen nor the choice of the threshold has seen.
     *
     * @param threshold activation a document maximum must exceed to count as a fire
     */
    public record Calibration(double threshold, int okDocuments, int okExceeding, int badDocuments, int badExceeding) {}

    /**
     * First-order effect on m, the log-probability of the action's text, in nats a transcript: activation x gradient,
     * summed over tokens of the prompt.
     *
     * @param transcripts bad ones
     * @param effect mean over them, with its 95 % interval by Student's t
     * @param integrated mean with gradients integrated along the path from the activation to 0 in {@code steps} steps,
     *     the reconstruction error kept; null when they were not
     * @param rank among all features of the dictionary by the larger of effect and integrated, 1 for the largest
     */
    public record Gradient(
            int transcripts,
            double effect,
            double low,
            double high,
            @Nullable Double integrated,
            int steps,
            int rank) {}

    /**
     * Exact effect {@code m(h) - m(h - Σ_j a_j d_j)} of removing features from every token of the prompt, the
     * reconstruction error kept, in nats a transcript. Above 0 the features make the action likelier.
     *
     * @param features removed together, ascending; the feature alone unless only its group shows an effect
     * @param transcripts bad ones
     * @param effect mean over them, with its 95 % interval by Student's t
     * @param rank among what was removed, 1 for the largest effect
     * @param necessity the model writes after bad prompts, as it is and with the features removed throughout
     * @param sufficiency the model writes after clean prompts, as it is and with the feature's decoder direction added
     */
    public record Ablation(
            List<Integer> features,
            int transcripts,
            double effect,
            double low,
            double high,
            int rank,
            @Nullable Contrast necessity,
            @Nullable Contrast sufficiency) {

        public Ablation {
            features = List.copyOf(features);
        }
    }

    /**
     * How often the model wrote the action after the same prompts, with nothing changed and with a change.
     *
     * @param transcripts prompts
     * @param bad after how many it did, unchanged
     * @param badChanged after how many it did, changed
     * @param value of necessity {@code 1 - P(bad | ablated) / P(bad)}, of sufficiency {@code P(bad | steered)}; with its
     *     95 % interval
     */
    public record Contrast(int transcripts, int bad, int badChanged, double value, double low, double high) {}
}
