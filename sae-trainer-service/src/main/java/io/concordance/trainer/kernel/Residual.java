package io.concordance.trainer.kernel;

/**
 * The reconstruction error of a batch, e = x - x_hat, in scaled units.
 *
 * @param squares sum of e^2 over rows and coordinates
 * @param variance sum of (e - mean e)^2, the denominator of AuxK
 */
public record Residual(double squares, double variance) {}
