package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's fused skip-and-norm nodes, {@code norm(input + skip + bias)}. The sum is the residual stream, an
 * optional output (number 3, {@code input_skip_bias_sum}) that most graphs leave out. Where a bias is fused in, what
 * the block writes into the stream is one of the inputs plus the bias, and no value of the graph.
 */
final class SkipNorms {
    private static final String LAYER_NORM = "SkipLayerNormalization";
    private static final String RMS_NORM = "SkipSimplifiedLayerNormalization";
    private static final int SUM = 3;
    /** What holds the value that a fused bias belongs to: the bias is that of the projection before the skip. */
    private static final Set<String> PLUMBING = Set.of("Cast", "Reshape", "Identity", "Dropout", "Mul");

    private SkipNorms() {}

    /**
     * The same computation with every sum, and every input plus its fused bias, made a value of the graph: {@code
     * concordance.sum.x} and {@code concordance.biased.x} for a node that makes {@code x}.
     */
    static ModelProto exposed(ModelProto model) {
        if (model.getGraph().getNodeList().stream().noneMatch(SkipNorms::isSkipNorm)) {
            return model;
        }
        Map<String, NodeProto> producers = producers(model.getGraph());
        GraphProto.Builder graph = model.getGraph().toBuilder().clearNode();
        for (NodeProto node : model.getGraph().getNodeList()) {
            if (!isSkipNorm(node)) {
                graph.addNode(node);
                continue;
            }
            if (bias(node) != null) {
                graph.addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .setName(biased(node))
                        .addInput(node.getInput(biasedInput(node, producers)))
                        .addInput(bias(node))
                        .addOutput(biased(node)));
            }
            NodeProto.Builder padded = node.toBuilder();
            while (padded.getOutputCount() <= SUM) {
                padded.addOutput("");
            }
            if (padded.getOutput(SUM).isEmpty()) {
                padded.setOutput(SUM, "concordance.sum." + node.getOutput(0));
            }
            graph.addNode(padded);
        }
        return model.toBuilder().setGraph(graph).build();
    }

    /** An {@link #exposed} model with fused nodes written as an addition and a norm, to be read and not to be run. */
    static ModelProto apart(ModelProto model) {
        Map<String, NodeProto> producers = producers(model.getGraph());
        GraphProto.Builder graph = model.getGraph().toBuilder().clearNode();
        for (NodeProto node : model.getGraph().getNodeList()) {
            if (!isSkipNorm(node)) {
                graph.addNode(node);
                continue;
            }
            int biased = bias(node) == null ? -1 : biasedInput(node, producers);
            graph.addNode(NodeProto.newBuilder()
                    .setOpType("Add")
                    .addInput(biased == 0 ? biased(node) : node.getInput(0))
                    .addInput(biased == 1 ? biased(node) : node.getInput(1))
                    .addOutput(node.getOutput(SUM)));
            graph.addNode(NodeProto.newBuilder()
                    .setOpType(
                            node.getOpType().equals(LAYER_NORM) ? "LayerNormalization" : "SimplifiedLayerNormalization")
                    .addInput(node.getOutput(SUM))
                    .addInput(node.getInput(2))
                    .addOutput(node.getOutput(0)));
        }
        return model.toBuilder().setGraph(graph).build();
    }

    private static boolean isSkipNorm(NodeProto node) {
        return (node.getOpType().equals(LAYER_NORM) || node.getOpType().equals(RMS_NORM)) && node.getInputCount() > 2;
    }

    private static @Nullable String bias(NodeProto node) {
        int index = node.getOpType().equals(LAYER_NORM) ? 4 : 3;
        return node.getInputCount() > index && !node.getInput(index).isEmpty() ? node.getInput(index) : null;
    }

    private static String biased(NodeProto node) {
        return "concordance.biased." + node.getOutput(0);
    }

    /** The second input when only that one comes out of a multiplication by weights; else the first, as ONNX Runtime fuses. */
    private static int biasedInput(NodeProto node, Map<String, NodeProto> producers) {
        return !isProjected(node.getInput(0), producers) && isProjected(node.getInput(1), producers) ? 1 : 0;
    }

    private static boolean isProjected(String value, Map<String, NodeProto> producers) {
        NodeProto node = producers.get(value);
        while (node != null && PLUMBING.contains(node.getOpType())) {
            node = producers.get(node.getInput(0));
        }
        return node != null && Projections.isProjection(node);
    }

    private static Map<String, NodeProto> producers(GraphProto graph) {
        Map<String, NodeProto> producers = new HashMap<>();
        graph.getNodeList().forEach(node -> node.getOutputList().forEach(value -> producers.put(value, node)));
        return producers;
    }
}
