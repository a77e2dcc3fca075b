package io.concordance.capture.model.graph;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Walks the wire form of an ONNX file before any of it becomes an object, so that a small file cannot claim a large heap:
 * two bytes make a node, and a node is some hundred bytes in memory.
 */
final class WireScan {
    static final int MAX_NODES = 100_000;
    static final int MAX_FIELDS = 4_000_000;
    static final int MAX_DEPTH = 8;
    /** Everything but raw weights, bytes. */
    static final long MAX_GRAPH_BYTES = 64L << 20;

    private static final String FIELD = "onnx";

    private int nodes;
    private int fields;
    private long graphBytes;

    private WireScan() {}

    /** Messages that hold others; any other message is a leaf. */
    private enum Message {
        MODEL,
        GRAPH,
        NODE,
        ATTRIBUTE,
        TENSOR,
        SPARSE_TENSOR;

        @Nullable
        Message child(int field) {
            return switch (this) {
                case MODEL -> field == 7 ? GRAPH : null;
                case GRAPH ->
                    switch (field) {
                        case 1 -> NODE;
                        case 5 -> TENSOR;
                        case 15 -> SPARSE_TENSOR;
                        default -> null;
                    };
                case NODE -> field == 5 ? ATTRIBUTE : null;
                case ATTRIBUTE ->
                    switch (field) {
                        case 5, 10 -> TENSOR;
                        case 6, 11 -> GRAPH;
                        case 22, 23 -> SPARSE_TENSOR;
                        default -> null;
                    };
                case SPARSE_TENSOR -> field == 1 || field == 2 ? TENSOR : null;
                case TENSOR -> null;
            };
        }

        boolean isRawData(int field) {
            return this == TENSOR && field == 9;
        }

        /** Training graphs and local functions, which no walk here would look into. */
        boolean isUnsupported(int field) {
            return this == MODEL && (field == 20 || field == 25);
        }
    }

    /** @throws FieldProblem on {@code onnx} when the file holds more than any model does, or no model */
    static void check(CodedInputStream file) throws IOException {
        new WireScan().message(file, Message.MODEL, 0);
    }

    private void message(CodedInputStream in, Message message, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new FieldProblem(FIELD, null, "graphs nested at most " + MAX_DEPTH + " deep");
        }
        if (message == Message.NODE && ++nodes > MAX_NODES) {
            throw new FieldProblem(FIELD, null, "at most " + MAX_NODES + " nodes");
        }
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (++fields > MAX_FIELDS) {
                throw new FieldProblem(FIELD, null, "at most " + MAX_FIELDS + " fields");
            }
            int field = WireFormat.getTagFieldNumber(tag);
            if (message.isUnsupported(field)) {
                throw new FieldProblem(
                        FIELD,
                        field == 20 ? "training_info" : "functions",
                        "an inference graph whose functions are inlined");
            }
            if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                in.skipField(tag);
                continue;
            }
            int length = in.readRawVarint32();
            Message child = message.child(field);
            if (child != null) {
                int outer = in.pushLimit(length);
                message(in, child, child == Message.GRAPH ? depth + 1 : depth);
                in.checkLastTagWas(0);
                in.popLimit(outer);
                continue;
            }
            graphBytes += message.isRawData(field) ? 0 : length;
            if (graphBytes > MAX_GRAPH_BYTES) {
                throw new FieldProblem(
                        FIELD, null, "at most " + MAX_GRAPH_BYTES + " bytes besides weights stored as raw data");
            }
            in.skipRawBytes(length);
        }
    }
}
