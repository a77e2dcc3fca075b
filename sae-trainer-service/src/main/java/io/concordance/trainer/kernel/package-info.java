/**
 * The numerics of one training step of a TopK sparse autoencoder, behind one seam of six phases
 * ({@link io.concordance.trainer.kernel.StepKernels}). Knows no framework, no files and no clock: the same arguments
 * give the same bits on every machine, for every thread count and in every implementation, but for GPUs that multiply
 * matrices in an order of their own and say so.
 */
@NullMarked
package io.concordance.trainer.kernel;

import org.jspecify.annotations.NullMarked;
