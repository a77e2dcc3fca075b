/**
 * Gradients of a model without an autograd: reverse-mode nodes are appended to the unfused ONNX graph, and ONNX Runtime
 * runs them. One class of rules for each family of operators; what has no rule is refused by name.
 */
@NullMarked
package io.concordance.capture.model.gradient;

import org.jspecify.annotations.NullMarked;
