/**
 * One streaming pass of a dictionary over shards: per feature and arm, what fired how often, how strongly, where and in
 * which documents. Pure computation.
 */
@NullMarked
package io.concordance.interp.evidence;

import org.jspecify.annotations.NullMarked;
