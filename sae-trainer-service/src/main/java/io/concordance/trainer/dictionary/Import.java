package io.concordance.trainer.dictionary;

import io.concordance.contracts.dictionary.ImportedFrom;

/**
 * A dictionary that was trained elsewhere, as accepted.
 *
 * @param configKey object of its configuration, whose digest is in {@code origin} as the weights' is
 * @param weightsBytes size of the object of its weights
 * @param k active features a row, 0 where its files do not say
 * @param rows most rows that it is measured on, the first in the order of reading
 */
record Import(String configKey, String weightsKey, long weightsBytes, int k, ImportedFrom origin, long rows) {}
