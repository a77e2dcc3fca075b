/**
 * The safetensors format: a strict, bounded, memory-mapped reader and a writer with deterministic bytes.
 */
@NullMarked
package io.concordance.contracts.tensor;

import org.jspecify.annotations.NullMarked;
