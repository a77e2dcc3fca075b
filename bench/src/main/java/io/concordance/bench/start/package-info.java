/** How soon services answer after a start, and what they hold while nothing happens. */
@NullMarked
package io.concordance.bench.start;

import org.jspecify.annotations.NullMarked;
