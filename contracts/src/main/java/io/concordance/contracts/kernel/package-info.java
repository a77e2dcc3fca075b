/**
 * The inner product at the bottom of every dense encode, on vectors of the machine's own length. Loaded only where the
 * Java virtual machine runs with {@code jdk.incubator.vector}.
 */
@NullMarked
package io.concordance.contracts.kernel;

import org.jspecify.annotations.NullMarked;
