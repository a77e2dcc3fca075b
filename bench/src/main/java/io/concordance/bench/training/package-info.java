/** Dictionary training against published trainers, step by step on the same rows. */
@NullMarked
package io.concordance.bench.training;

import org.jspecify.annotations.NullMarked;
