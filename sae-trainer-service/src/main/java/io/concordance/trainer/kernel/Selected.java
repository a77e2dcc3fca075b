package io.concordance.trainer.kernel;

/**
 * What a selection kept.
 *
 * @param pairs number of (row, feature) pairs with a positive activation
 * @param threshold the activation at the border: the smallest kept one of the batch for {@link Selection.BatchTopK},
 *     the mean over rows of each row's smallest kept one for the rules that count a row; 0 for the rest and when nothing
 *     was kept
 * @param activations sum of z over the pairs
 */
public record Selected(long pairs, double threshold, double activations) {}
