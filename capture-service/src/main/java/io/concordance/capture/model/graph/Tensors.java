package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.concordance.contracts.problem.FieldProblem;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Stored tensors held against their own shapes, so that no shape can ask for memory that the file does not fill. */
final class Tensors {
    private static final String FIELD = "onnx";

    private Tensors() {}

    /** @throws FieldProblem on {@code onnx} when a tensor inside the file holds other than its shape's values */
    static void checkInline(TensorProto tensor) {
        if (tensor.hasRawData()) {
            checkRaw(tensor, tensor.getRawData().size());
        } else if (typedValues(tensor) != typedLength(tensor, elements(tensor))) {
            throw unfilled(tensor);
        }
    }

    /** As {@link #checkInline}, for a tensor with so many bytes of raw data. */
    static void checkRaw(TensorProto tensor, long bytes) {
        if (bytes != bytes(tensor)) {
            throw unfilled(tensor);
        }
    }

    private static FieldProblem unfilled(TensorProto tensor) {
        return new FieldProblem(FIELD, describe(tensor), "a tensor with as many values as its shape has");
    }

    /** Bytes of a tensor as raw data. */
    static long bytes(TensorProto tensor) {
        return bytes(tensor, elements(tensor));
    }

    /** Values of an int64 tensor stored in the file; null for any other. */
    static @Nullable List<Long> longs(TensorProto tensor) {
        if (type(tensor) != DataType.INT64 || tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            return null;
        }
        if (!tensor.hasRawData()) {
            return tensor.getInt64DataList();
        }
        LongBuffer raw = tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer();
        long[] values = new long[raw.remaining()];
        raw.get(values);
        return LongStream.of(values).boxed().toList();
    }

    private static long elements(TensorProto tensor) {
        long elements = 1;
        for (long dim : tensor.getDimsList()) {
            if (dim < 0 || dim > 0 && elements > Long.MAX_VALUE / 16 / dim) {
                throw new FieldProblem(FIELD, describe(tensor), "a shape that fits in memory");
            }
            elements *= dim;
        }
        return elements;
    }

    private static long bytes(TensorProto tensor, long elements) {
        return switch (type(tensor)) {
            case UINT4, INT4 -> (elements + 1) / 2;
            case UINT8, INT8, BOOL, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> elements;
            case UINT16, INT16, FLOAT16, BFLOAT16 -> elements * 2;
            case FLOAT, INT32, UINT32 -> elements * 4;
            case DOUBLE, INT64, UINT64, COMPLEX64 -> elements * 8;
            case COMPLEX128 -> elements * 16;
            case STRING, UNDEFINED -> -1;
        };
    }

    private static long typedLength(TensorProto tensor, long elements) {
        return switch (type(tensor)) {
            case UINT4, INT4 -> (elements + 1) / 2;
            case COMPLEX64, COMPLEX128 -> elements * 2;
            case UNDEFINED -> -1;
            default -> elements;
        };
    }

    private static long typedValues(TensorProto tensor) {
        return switch (type(tensor)) {
            case FLOAT, COMPLEX64 -> tensor.getFloatDataCount();
            case DOUBLE, COMPLEX128 -> tensor.getDoubleDataCount();
            case INT64 -> tensor.getInt64DataCount();
            case UINT32, UINT64 -> tensor.getUint64DataCount();
            case STRING -> tensor.getStringDataCount();
            case UNDEFINED -> 0;
            default -> tensor.getInt32DataCount();
        };
    }

    private static DataType type(TensorProto tensor) {
        DataType type = DataType.forNumber(tensor.getDataType());
        if (type == null || type == DataType.UNDEFINED) {
            throw new FieldProblem(FIELD, describe(tensor), "a tensor of a known element type");
        }
        return type;
    }

    static String describe(TensorProto tensor) {
        List<Long> dims = tensor.getDimsList();
        return "tensor '" + tensor.getName() + "' " + (dims.size() > 8 ? dims.size() + " dimensions" : dims)
                + " of type " + tensor.getDataType();
    }
}
