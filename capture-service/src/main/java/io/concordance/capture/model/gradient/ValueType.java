package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.TensorProto;

/**
 * A value of a graph as a trial run found it. Only its rank and which of its dimensions are 1 hold for other inputs.
 *
 * @param element {@link TensorProto.DataType} number
 * @param dims of the trial
 */
record ValueType(int element, long[] dims) {
    int rank() {
        return dims.length;
    }

    boolean isFloat() {
        return element == TensorProto.DataType.FLOAT.getNumber();
    }
}
