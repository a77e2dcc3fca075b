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
    /** The exponent's bits in every element of a word, and its lowest bit, and the sign. */
    private final long exponents;

    private final long ones;
    private final long signs;

    StoredPrecision(Precision cast, OnnxJavaType tensor, int exponent, String limits) {
        this.cast = cast;
        this.tensor = tensor;
        this.exponent = exponent;
        this.limits = limits;
        long each = exponent > Short.MAX_VALUE ? 0x1_0000_0001L : 0x1_0001_0001_0001L;
        this.exponents = exponent * each;
        this.ones = Integer.lowestOneBit(exponent) * each;
        this.signs = (exponent > Short.MAX_VALUE ? 0x8000_0000L : 0x8000L) * each;
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
        long words = values.byteSize() / Long.BYTES;
        long elements = values.byteSize() / elementBytes();
        if (!wordsAreFinite(values, words)) {
            return firstNotFinite(values, 0, elements);
        }
        return firstNotFinite(values, words * Long.BYTES / elementBytes(), elements);
    }

    /** An exponent of ones and nothing else overflows into the sign when one is added. */
    private boolean wordsAreFinite(MemorySegment values, long words) {
        long mask = exponents;
        long one = ones;
        long overflow = 0;
        for (long i = 0; i < words; i++) {
            overflow |= (values.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i) & mask) + one;
        }
        return (overflow & signs) == 0;
    }

    private long firstNotFinite(MemorySegment values, long from, long to) {
        for (long i = from; i < to; i++) {
            if ((bits(values, i) & exponent) == exponent) {
                return i;
            }
        }
        return -1;
    }

    private int elementBytes() {
        return this == FP32 ? Float.BYTES : Short.BYTES;
    }

    private int bits(MemorySegment values, long at) {
        return this == FP32
                ? values.getAtIndex(ValueLayout.JAVA_INT, at)
                : values.getAtIndex(ValueLayout.JAVA_SHORT, at);
    }
}
