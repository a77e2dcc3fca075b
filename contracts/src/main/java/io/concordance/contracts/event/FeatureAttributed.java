package io.concordance.contracts.event;

/**
 * How a feature relates to bad outcomes, learnt from one arm and the benign arm. All counts are of documents. A bad
 * document counts by its tokens before the first that the model wrote, where there is still time to stop it; an ok
 * document by all its tokens, as a fire on it is false wherever it comes.
 *
 * @param arm arm whose bad outcomes were screened
 */
public record FeatureAttributed(
        String featureUid,
        String dictionary,
        int index,
        String arm,
        String armKind,
        Screen screen,
        Calibration calibration) {

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
}
