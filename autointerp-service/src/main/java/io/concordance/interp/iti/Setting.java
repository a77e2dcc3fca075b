package io.concordance.interp.iti;

/**
 * How strongly a model is shifted.
 *
 * @param heads how many of the best heads, K
 * @param alpha length of the shift in standard deviations along the direction
 */
public record Setting(int heads, double alpha) {}
