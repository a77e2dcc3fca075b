package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedInputStream;
import io.concordance.contracts.problem.FieldProblem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/**
 * An ONNX file parsed without its large weights.
 *
 * @param large where in the file the raw data of initializers lies, by index of the initializer
 */
record Skeleton(ModelProto model, Map<Integer, Span> large) {
    /** Raw weights of at least this many bytes are left in the file. */
    private static final int LARGE = 1 << 16;
    /** Messages nest three deep a graph; ONNX's own types add a few. */
    private static final int MAX_RECURSION = 64;

    /** A part of the file. */
    record Span(long offset, long length) {}

    /** @throws FieldProblem on {@code onnx} when the file is none, or holds more than any model does */
    static Skeleton of(MemorySegment file) {
        Wire wire = new Wire(file);
        Map<Integer, Span> large = new HashMap<>();
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        int[] graphs = {0};
        try {
            WireScan.check(wire, file.byteSize());
            wire.fields(0, file.byteSize(), (field, type, start, body, end) -> {
                if (field == ModelProto.GRAPH_FIELD_NUMBER && type == Wire.LENGTH_DELIMITED) {
                    if (++graphs[0] > 1) {
                        throw new IndexOutOfBoundsException("it has more than one graph");
                    }
                    Wire.write(field, graph(wire, body, end, large), model);
                } else {
                    wire.copy(start, end, model);
                }
            });
            CodedInputStream coded = CodedInputStream.newInstance(model.toByteArray());
            coded.setRecursionLimit(MAX_RECURSION);
            return new Skeleton(ModelProto.parseFrom(coded), large);
        } catch (IOException | IndexOutOfBoundsException e) {
            throw new FieldProblem("onnx", null, "an ONNX file (" + e.getMessage() + ")");
        }
    }

    private static byte[] graph(Wire wire, long from, long to, Map<Integer, Span> large) {
        ByteArrayOutputStream graph = new ByteArrayOutputStream();
        int[] initializers = {0};
        wire.fields(from, to, (field, type, start, body, end) -> {
            if (field != GraphProto.INITIALIZER_FIELD_NUMBER || type != Wire.LENGTH_DELIMITED) {
                wire.copy(start, end, graph);
                return;
            }
            ByteArrayOutputStream tensor = new ByteArrayOutputStream();
            wire.fields(body, end, (part, partType, partStart, partBody, partEnd) -> {
                boolean raw = part == TensorProto.RAW_DATA_FIELD_NUMBER && partType == Wire.LENGTH_DELIMITED;
                if (raw && partEnd - partBody >= LARGE) {
                    large.put(initializers[0], new Span(partBody, partEnd - partBody));
                } else {
                    wire.copy(partStart, partEnd, tensor);
                }
            });
            Wire.write(field, tensor.toByteArray(), graph);
            initializers[0]++;
        });
        return graph.toByteArray();
    }
}
