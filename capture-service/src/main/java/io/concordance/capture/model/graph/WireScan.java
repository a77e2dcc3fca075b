package io.concordance.capture.model.graph;

import io.concordance.contracts.problem.FieldProblem;
import org.jspecify.annotations.Nullable;

/**
 * Walks an ONNX file before any of it becomes an object, so that a small file cannot claim a large heap: two bytes make
 * a node, and a node is some hundred bytes in memory.
 */
final class WireScan {
    private static final int MAX_NODES = 100_000;
    private static final int MAX_FIELDS = 4_000_000;
    private static final int MAX_DEPTH = 8;
    /** Everything but raw weights, bytes. */
    private static final long MAX_GRAPH_BYTES = 64L << 20;

    private static final String FIELD = "onnx";

    private final Wire wire;
    private int nodes;
    private int fields;
    private long graphBytes;

    private WireScan(Wire wire) {
        this.wire = wire;
    }

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

    /**
     * @throws FieldProblem on {@code onnx} when the file holds more than any model does
     * @throws IndexOutOfBoundsException when it is no protobuf message
     */
    static void check(Wire wire, long bytes) {
        new WireScan(wire).message(0, bytes, Message.MODEL, 0);
    }

    private void message(long from, long to, Message message, int depth) {
        if (depth > MAX_DEPTH) {
            throw new FieldProblem(FIELD, null, "graphs nested at most " + MAX_DEPTH + " deep");
        }
        if (message == Message.NODE && ++nodes > MAX_NODES) {
            throw new FieldProblem(FIELD, null, "at most " + MAX_NODES + " nodes");
        }
        wire.fields(from, to, (field, type, start, body, end) -> {
            if (++fields > MAX_FIELDS) {
                throw new FieldProblem(FIELD, null, "at most " + MAX_FIELDS + " fields");
            }
            if (message.isUnsupported(field)) {
                throw new FieldProblem(
                        FIELD,
                        field == 20 ? "training_info" : "functions",
                        "an inference graph whose functions are inlined");
            }
            Message child = type == Wire.LENGTH_DELIMITED ? message.child(field) : null;
            if (child != null) {
                message(body, end, child, child == Message.GRAPH ? depth + 1 : depth);
                return;
            }
            graphBytes += message.isRawData(field) ? 0 : end - start;
            if (graphBytes > MAX_GRAPH_BYTES) {
                throw new FieldProblem(
                        FIELD, null, "at most " + MAX_GRAPH_BYTES + " bytes besides weights stored as raw data");
            }
        });
    }
}
