package io.concordance.interp.analysis;

import io.concordance.kit.store.StoredObject;

/**
 * The evidence that a pass goes on from.
 *
 * @param shards how many shards it holds
 * @param lineage see {@link Lineage}
 * @param object where it lies
 */
record EvidencePointer(int shards, String lineage, StoredObject object) {}
