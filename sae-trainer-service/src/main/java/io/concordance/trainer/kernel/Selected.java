package io.concordance.trainer.kernel;

/**
 * What a selection kept.
 *
 * @param pairs number of (row, feature) pairs
 * @param threshold the activation at the border: the smallest kept one of the batch for {@link Selection.BatchTopK},
 *     the mean over rows of each row's smallest kept one otherwise; 0 when nothing was kept
 */
public record Selected(long pairs, double threshold) {}
