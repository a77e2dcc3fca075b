/** What capture jobs were accepted and which of their shards are durable, as told by events. */
@NullMarked
package io.concordance.interp.captured;

import org.jspecify.annotations.NullMarked;
