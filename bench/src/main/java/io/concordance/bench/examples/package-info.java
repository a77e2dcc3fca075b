/** The pass that gathers examples, against the same in PyTorch. */
@NullMarked
package io.concordance.bench.examples;

import org.jspecify.annotations.NullMarked;
