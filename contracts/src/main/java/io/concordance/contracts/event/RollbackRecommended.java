package io.concordance.contracts.event;

/**
 * A feature of level high fired more often in deployment than its budget allows: the model should be rolled back.
 *
 * @param feature uid
 * @param model digest of the model's ONNX file
 * @param release digest of the release whose report went past the budget
 * @param test {@code fixed} or {@code anytime}
 * @param sessions exposure that the test looked at
 * @param fires sessions of it on which the feature fired
 * @param budget fires that are still allowed in {@code exposure} sessions
 * @param logLikelihoodRatio natural logarithm of the likelihood ratio of the alternative to the allowed rate
 * @param logLimit what that must reach in the anytime test
 */
public record RollbackRecommended(
        String feature,
        String model,
        String release,
        String test,
        long sessions,
        long fires,
        long budget,
        long exposure,
        double logLikelihoodRatio,
        double logLimit) {}
