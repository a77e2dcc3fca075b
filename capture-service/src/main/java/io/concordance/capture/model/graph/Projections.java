package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.concordance.capture.model.graph.ResidualStream.Heads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds, in what attention writes into the residual stream, the heads' results before the output projection. */
final class Projections {
    static final Set<String> ATTENTION = Set.of(
            "Softmax",
            "Attention",
            "MultiHeadAttention",
            "GroupQueryAttention",
            "QAttention",
            "DecoderMaskedMultiHeadAttention",
            "PackedMultiHeadAttention");

    private static final Set<String> PROJECTION = Set.of(
            "MatMul",
            "Gemm",
            "FusedMatMul",
            "FusedGemm",
            "MatMulInteger",
            "MatMulIntegerToFloat",
            "DynamicQuantizeMatMul",
            "MatMulNBits",
            "QLinearMatMul",
            "QGemm");
    private static final Set<String> QUANTIZERS = Set.of("DynamicQuantizeLinear", "QuantizeLinear");
    private static final Set<String> RESHAPES = Set.of("Reshape", "Cast", "Identity", "Squeeze", "Flatten");
    private static final Set<String> HEAD_COUNTS = Set.of("num_heads", "q_num_heads");

    private Projections() {}

    static boolean isProjection(NodeProto node) {
        return PROJECTION.contains(node.getOpType());
    }

    /**
     * @param attnOut what attention writes into the stream
     * @param stream values of the residual stream, where the search ends
     */
    static @Nullable Heads before(OnnxGraph graph, String attnOut, Set<String> stream) {
        NodeProto projection = nearest(graph, attnOut, stream, Projections::isOutputProjection);
        if (projection == null) {
            return null;
        }
        List<String> values = new ArrayList<>();
        String value = projection.getInput(0);
        values.add(value);
        for (NodeProto node = graph.producer(value);
                node != null && (QUANTIZERS.contains(node.getOpType()) || RESHAPES.contains(node.getOpType()));
                node = graph.producer(value)) {
            boolean quantized = QUANTIZERS.contains(node.getOpType());
            value = node.getInput(0);
            if (quantized) {
                values.clear();
            }
            values.add(value);
        }
        NodeProto attention = nearest(graph, value, stream, (g, node) -> ATTENTION.contains(node.getOpType()));
        if (attention == null) {
            return null;
        }
        return attention.getOpType().equals("Softmax")
                ? new Heads(values, 0, attention.getOutput(0))
                : new Heads(values, headCount(attention), null);
    }

    private static int headCount(NodeProto attention) {
        return attention.getAttributeList().stream()
                .filter(attribute -> HEAD_COUNTS.contains(attribute.getName()))
                .mapToLong(AttributeProto::getI)
                .mapToInt(heads -> heads > 0 && heads <= 1 << 16 ? (int) heads : 0)
                .findFirst()
                .orElse(0);
    }

    /** A product with weights; the product of attention weights and values is none. */
    private static boolean isOutputProjection(OnnxGraph graph, NodeProto node) {
        return isProjection(node)
                && !graph.isConstant(node.getInput(0))
                && node.getInputList().stream().skip(1).anyMatch(graph::isConstant);
    }

    private interface Test {
        boolean accepts(OnnxGraph graph, NodeProto node);
    }

    /** The nearest node upstream that passes; the walk does not go through the stream, scales of quantisation or shapes. */
    private static @Nullable NodeProto nearest(OnnxGraph graph, String from, Set<String> stream, Test test) {
        Deque<String> open = new ArrayDeque<>(List.of(from));
        Set<String> seen = new HashSet<>(open);
        while (!open.isEmpty()) {
            String at = open.remove();
            NodeProto node = graph.producer(at);
            if (node == null || stream.contains(at) || graph.isConstant(at)) {
                continue;
            }
            if (test.accepts(graph, node)) {
                return node;
            }
            boolean scale = QUANTIZERS.contains(node.getOpType()) && !at.equals(node.getOutput(0));
            if (!scale && !OnnxGraph.isShape(node)) {
                OnnxGraph.reads(node).stream().filter(seen::add).forEach(open::add);
            }
        }
        return null;
    }
}
