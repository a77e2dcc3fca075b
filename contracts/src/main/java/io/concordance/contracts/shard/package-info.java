/**
 * Shards: the captured rows of one slice at one hook point.
 */
@NullMarked
package io.concordance.contracts.shard;

import org.jspecify.annotations.NullMarked;
