/** What capturing costs over running the model, and against a PyTorch capture of the same activations. */
@NullMarked
package io.concordance.bench.capture;

import org.jspecify.annotations.NullMarked;
