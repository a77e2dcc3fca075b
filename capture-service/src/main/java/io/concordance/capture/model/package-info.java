/**
 * Registered models: what is checked when one comes in, and how one is run. The only place that knows ONNX Runtime and
 * the tokenizer library.
 */
@NullMarked
package io.concordance.capture.model;

import org.jspecify.annotations.NullMarked;
