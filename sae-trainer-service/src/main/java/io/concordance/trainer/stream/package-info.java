/**
 * The order in which a run reads its rows: a pure function of the jobs' slices, the seed and the sizes, whatever the order
 * in which shards arrive. Fetching bytes is behind a port.
 */
@NullMarked
package io.concordance.trainer.stream;

import org.jspecify.annotations.NullMarked;
