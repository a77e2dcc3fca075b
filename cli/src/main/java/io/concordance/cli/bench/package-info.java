/** Comparisons, each run in a JVM of its own. */
@NullMarked
package io.concordance.cli.bench;

import org.jspecify.annotations.NullMarked;
