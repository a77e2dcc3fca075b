/**
 * ONNX graphs as data: checked reading, the residual-stream finder, and the surgery that exposes hook points. Pure
 * functions over the protobuf; nothing here runs a model.
 */
@NullMarked
package io.concordance.capture.model.graph;

import org.jspecify.annotations.NullMarked;
