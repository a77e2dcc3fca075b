/**
 * An NVIDIA GPU without native code of our own: the driver, the run-time compiler (NVRTC) and cuBLAS called through the
 * foreign function interface, looked up when first wanted. Knows nothing of dictionaries.
 */
@NullMarked
package io.concordance.trainer.kernel.cuda;

import org.jspecify.annotations.NullMarked;
