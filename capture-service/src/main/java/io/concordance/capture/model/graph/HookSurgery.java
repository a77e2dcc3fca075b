package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import java.util.Set;

/**
 * Makes hook points outputs of a graph. Hook {@code i} leaves as {@link #output output(i)}, a {@code Cast} of its
 * tensor, so that activations arrive in the precision they are stored in; nothing the model itself computes changes.
 */
public final class HookSurgery {

    /** Stored precision of activations. */
    public enum Precision {
        FP16(TensorProto.DataType.FLOAT16),
        BF16(TensorProto.DataType.BFLOAT16),
        FP32(TensorProto.DataType.FLOAT);

        private final int elementType;

        Precision(TensorProto.DataType type) {
            this.elementType = type.getNumber();
        }
    }

    private HookSurgery() {}

    /** Name of the graph output that carries hook {@code i}. */
    public static String output(int i) {
        return "concordance.hook." + i;
    }

    /** The whole model with hooks added after its own outputs. */
    public static ModelProto exposing(ModelProto model, List<String> tensors, Precision precision) {
        GraphProto.Builder graph = model.getGraph().toBuilder();
        addHooks(graph, tensors, precision);
        return model.toBuilder().setGraph(graph).build();
    }

    /**
     * Only what the hooks need: the model's own outputs, everything after the last hook, and unused weights and inputs
     * are gone. ONNX Runtime runs every node of a graph whichever outputs are asked for, so what is not needed must not
     * be in it.
     */
    public static ModelProto truncated(ModelProto model, List<String> tensors, Precision precision) {
        GraphProto whole = model.getGraph();
        Set<String> needed = OnnxGraph.of(model).upstream(tensors);
        GraphProto.Builder graph = GraphProto.newBuilder().setName(whole.getName());
        whole.getNodeList().stream()
                .filter(node -> node.getOutputList().stream().anyMatch(needed::contains))
                .forEach(graph::addNode);
        whole.getInitializerList().stream()
                .filter(tensor -> needed.contains(tensor.getName()))
                .forEach(graph::addInitializer);
        whole.getSparseInitializerList().stream()
                .filter(tensor -> needed.contains(tensor.getValues().getName()))
                .forEach(graph::addSparseInitializer);
        whole.getInputList().stream()
                .filter(input -> needed.contains(input.getName()))
                .forEach(graph::addInput);
        graph.addAllQuantizationAnnotation(whole.getQuantizationAnnotationList());
        addHooks(graph, tensors, precision);
        return model.toBuilder().setGraph(graph).build();
    }

    private static void addHooks(GraphProto.Builder graph, List<String> tensors, Precision precision) {
        for (int i = 0; i < tensors.size(); i++) {
            graph.addNode(NodeProto.newBuilder()
                    .setOpType("Cast")
                    .setName(output(i))
                    .addInput(tensors.get(i))
                    .addOutput(output(i))
                    .addAttribute(AttributeProto.newBuilder()
                            .setName("to")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(precision.elementType)));
            graph.addOutput(ValueInfoProto.newBuilder()
                    .setName(output(i))
                    .setType(TypeProto.newBuilder()
                            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(precision.elementType))));
        }
    }
}
