package io.concordance.trainer.kernel;

/**
 * The reconstruction error of a batch, e = x - x_hat, in scaled units.
 *
 * @param squares sum of e^2 over rows and coordinates, all features used
 * @param variance sum of (e - mean e)^2, the denominator of AuxK
 * @param nested mean over the {@link Objective#prefixes} of the sum of squares that a prefix leaves; {@code squares} when
 *     there is one
 */
public record Residual(double squares, double variance, double nested) {}
