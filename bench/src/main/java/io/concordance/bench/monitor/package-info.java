/**
 * What a monitor costs the model that it watches.
 */
@NullMarked
package io.concordance.bench.monitor;

import org.jspecify.annotations.NullMarked;
