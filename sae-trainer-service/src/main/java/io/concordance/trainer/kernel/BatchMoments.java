package io.concordance.trainer.kernel;

/**
 * Second moments of the scaled rows of a batch.
 *
 * @param squares sum of x^2 over rows and coordinates
 * @param variance sum of (x - mean row)^2: the squared error of the mean predictor
 */
public record BatchMoments(double squares, double variance) {}
