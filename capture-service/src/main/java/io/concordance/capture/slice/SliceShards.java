package io.concordance.capture.slice;

import io.concordance.contracts.event.ObjectRef;
import java.util.List;

/**
 * What came of a slice.
 *
 * @param tokens token positions run, which is rows of each shard
 * @param truncated documents cut to the model's context
 * @param shards one object for each hook of the job, in its order
 */
record SliceShards(int tokens, int truncated, List<ObjectRef> shards) {}
