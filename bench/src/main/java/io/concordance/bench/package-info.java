/** Comparisons and JMH benchmarks, run by {@code ./concordance bench NAME}. */
@NullMarked
package io.concordance.bench;

import org.jspecify.annotations.NullMarked;
