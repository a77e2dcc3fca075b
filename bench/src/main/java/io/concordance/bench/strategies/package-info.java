/** What each way of learning a concern would have caught on the bundled organism, over dictionary seeds. */
@NullMarked
package io.concordance.bench.strategies;

import org.jspecify.annotations.NullMarked;
