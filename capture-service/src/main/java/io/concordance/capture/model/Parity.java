package io.concordance.capture.model;

/**
 * The model's own outputs with hooks against without, on a probe batch.
 *
 * @param identical every output bit is the same
 * @param maxAbsDifference largest difference of any output value
 * @param tokens tokens compared
 */
public record Parity(boolean identical, double maxAbsDifference, int tokens) {}
