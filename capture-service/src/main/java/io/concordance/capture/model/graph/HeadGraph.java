package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a model makes of the end of its residual stream: the last norm and the product with the head. */
public final class HeadGraph {
    /** Input, floats {@code [1, rows, width]}. */
    public static final String STREAM = "concordance.stream";

    private HeadGraph() {}

    /**
     * A graph from the stream to the head's product, whatever is done to that product afterwards; it leaves as {@link
     * HookSurgery#output output(0)}, floats {@code [1, rows, vocabulary]}.
     *
     * @param model as {@link OnnxFile#read(java.nio.file.Path, java.util.Map)} gives it
     * @param logits output {@code [batch, sequence, vocabulary]}
     * @param stream what the last block leaves
     * @param type element type of the stream in the model
     * @return null when the logits are no such product, or depend on anything but the stream
     */
    public static @Nullable ModelProto of(ModelProto model, String logits, String stream, TensorProto.DataType type) {
        ModelProto apart = SkipNorms.apart(model);
        OnnxGraph graph = OnnxGraph.of(apart);
        NodeProto head = NextToken.head(graph, logits);
        Set<String> needed = head == null ? null : between(graph, stream, head.getOutput(0));
        if (head == null || needed == null) {
            return null;
        }
        GraphProto.Builder tail = GraphProto.newBuilder().setName("head");
        tail.addNode(NodeProto.newBuilder()
                .setOpType("Cast")
                .addInput(STREAM)
                .addOutput(stream)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("to")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(type.getNumber())));
        graph.nodes().stream()
                .filter(node -> node.getOutputList().stream().anyMatch(needed::contains))
                .forEach(tail::addNode);
        apart.getGraph().getInitializerList().stream()
                .filter(tensor -> needed.contains(tensor.getName()))
                .forEach(tail::addInitializer);
        tail.addInput(ValueInfoProto.newBuilder()
                .setName(STREAM)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(1))
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimParam("rows"))
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimParam("width"))))));
        ModelProto alone = apart.toBuilder().setGraph(tail).build();
        return HookSurgery.exposing(alone, List.of(head.getOutput(0)), HookSurgery.Precision.FP32);
    }

    /** Every value that a target is computed from, up to the stream; null when an input of the model is among them. */
    private static @Nullable Set<String> between(OnnxGraph graph, String stream, String target) {
        Deque<String> open = new ArrayDeque<>(List.of(target));
        Set<String> needed = new HashSet<>(open);
        boolean reached = false;
        while (!open.isEmpty()) {
            String at = open.pop();
            NodeProto node = graph.producer(at);
            if (node == null) {
                if (!graph.isConstant(at)) {
                    return null;
                }
                continue;
            }
            for (String value : OnnxGraph.reads(node)) {
                if (value.equals(stream)) {
                    reached = true;
                } else if (needed.add(value)) {
                    open.push(value);
                }
            }
        }
        return reached ? needed : null;
    }
}
