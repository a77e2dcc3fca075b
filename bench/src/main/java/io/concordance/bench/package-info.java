/**
 * Comparisons, run by {@code ./concordance bench NAME}, and JMH benchmarks:
 * {@code java -cp 'bench/target/classes:bench/target/bench/*' org.openjdk.jmh.Main NAME}.
 */
@NullMarked
package io.concordance.bench;

import org.jspecify.annotations.NullMarked;
