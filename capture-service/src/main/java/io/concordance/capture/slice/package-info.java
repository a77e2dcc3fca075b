/**
 * The workers: one slice of a capture job in, one shard for each hook point out.
 */
@NullMarked
package io.concordance.capture.slice;

import org.jspecify.annotations.NullMarked;
