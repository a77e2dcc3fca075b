package io.concordance.capture.model;

import ai.onnxruntime.OnnxJavaType;
import io.concordance.capture.model.graph.HookSurgery.Precision;
import io.concordance.contracts.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** How a shard's element type leaves the graph. */
enum StoredPrecision {
    FP16(Precision.FP16, OnnxJavaType.FLOAT16, 0x7C00, "fp16 (largest 65504); fp32 or bf16 may hold them"),
    BF16(Precision.BF16, OnnxJavaType.BFLOAT16, 0x7F80, "bf16"),
    FP32(Precision.FP32, OnnxJavaType.FLOAT, 0x7F800000, "fp32");

    final Precision cast;
    final OnnxJavaType tensor;
    final String limits;
    /** An IEEE 754 value, and a bfloat16, is not finite exactly when all of these bits are set. */
    private final int exponent;

    StoredPrecision(Precision cast, OnnxJavaType tensor, int exponent, String limits) {
        this.cast = cast;
        this.tensor = tensor;
        this.exponent = exponent;
        this.limits = limits;
    }

    static StoredPrecision of(DType dtype) {
        return switch (dtype) {
            case F16 -> FP16;
            case BF16 -> BF16;
            case F32 -> FP32;
            default -> throw new IllegalArgumentException("activations are not stored as " + dtype);
        };
    }

    /** Index of the first element that is not finite, -1 when there is none. */
    long firstNotFinite(MemorySegment values) {
        if (this == FP32 ? intsAreFinite(values) : shortsAreFinite(values)) {
            return -1;
        }
        long at = 0;
        while ((bits(values, at) & exponent) != exponent) {
            at++;
        }
        return at;
    }

    private int bits(MemorySegment values, long at) {
        return this == FP32
                ? values.getAtIndex(ValueLayout.JAVA_INT, at)
                : values.getAtIndex(ValueLayout.JAVA_SHORT, at);
    }

    private boolean shortsAreFinite(MemorySegment values) {
        int set = exponent;
        boolean finite = true;
        for (long i = 0; i < values.byteSize() / Short.BYTES; i++) {
            finite &= (values.getAtIndex(ValueLayout.JAVA_SHORT, i) & set) != set;
        }
        return finite;
    }

    private boolean intsAreFinite(MemorySegment values) {
        int set = exponent;
        boolean finite = true;
        for (long i = 0; i < values.byteSize() / Integer.BYTES; i++) {
            finite &= (values.getAtIndex(ValueLayout.JAVA_INT, i) & set) != set;
        }
        return finite;
    }
}
