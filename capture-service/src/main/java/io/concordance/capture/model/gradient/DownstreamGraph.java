package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.concordance.capture.model.gradient.UnsupportedGradientException.Node;
import io.concordance.capture.model.graph.OnnxGraph;
import io.concordance.contracts.problem.FieldProblem;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Builds the graph that computes a target from a given value of one tensor: what lies before the tensor is left out. */
final class DownstreamGraph {
    /** Value of the source, {@code [batch, sequence, width]}. */
    static final String GIVEN = "concordance.given";

    private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();
    /** Fused nodes that give their sum and its norm together: the norm of another sum would be missing. */
    private static final Set<String> SKIP_NORMS =
            Set.of("SkipLayerNormalization", "SkipSimplifiedLayerNormalization", "EmbedLayerNormalization");

    private DownstreamGraph() {}

    /**
     * @param types of the source and of the target's tensor
     * @throws FieldProblem on the empty field when the target is not computed from the source
     * @throws UnsupportedGradientException when a fused node makes the source together with something read later
     */
    static ModelProto build(ModelProto model, String source, GradientTarget target, Map<String, ValueType> types) {
        ModelProto cut = cut(model, source, typeOf(source, types));
        OnnxGraph view = OnnxGraph.of(cut);
        Set<String> needed = view.upstream(List.of(target.tensor()));
        if (!needed.contains(GIVEN)) {
            throw new FieldProblem("", source, "a tensor that '" + target.tensor() + "' is computed from");
        }
        NodeProto producer = OnnxGraph.of(model).producer(source);
        if (producer != null
                && SKIP_NORMS.contains(producer.getOpType())
                && producer.getOutputList().stream().anyMatch(o -> !o.equals(source) && needed.contains(o))) {
            throw new UnsupportedGradientException(List.of(new Node(
                    producer.getOpType(),
                    producer.getName().isEmpty() ? source : producer.getName(),
                    "it makes the hook and its norm in one")));
        }
        GraphProto whole = cut.getGraph();
        GraphProto.Builder graph = GraphProto.newBuilder().setName(whole.getName());
        whole.getNodeList().stream()
                .filter(node -> node.getOutputList().stream().anyMatch(needed::contains))
                .forEach(graph::addNode);
        whole.getInitializerList().stream()
                .filter(t -> needed.contains(t.getName()))
                .forEach(graph::addInitializer);
        whole.getSparseInitializerList().stream()
                .filter(t -> needed.contains(t.getValues().getName()))
                .forEach(graph::addSparseInitializer);
        whole.getInputList().stream().filter(i -> needed.contains(i.getName())).forEach(graph::addInput);
        graph.addAllQuantizationAnnotation(whole.getQuantizationAnnotationList());
        Emitter emit = new Emitter(graph, GradientGraph.opset(model));
        new TargetNodes(graph, emit, target, typeOf(target.tensor(), types)).value();
        return cut.toBuilder().setGraph(graph).build();
    }

    private static ValueType typeOf(String value, Map<String, ValueType> types) {
        ValueType type = types.get(value);
        if (type == null) {
            throw new IllegalArgumentException("the type of " + value + " is not known");
        }
        return type;
    }

    /** The model with the source's name given to an input in its place. */
    private static ModelProto cut(ModelProto model, String source, ValueType type) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearNode();
        graph.addInput(GradientGraph.value(GIVEN, FLOAT, 3));
        for (NodeProto node : model.getGraph().getNodeList()) {
            int output = node.getOutputList().indexOf(source);
            if (output < 0) {
                graph.addNode(node);
                continue;
            }
            graph.addNode(node.toBuilder().setOutput(output, "concordance.replaced"));
            graph.addNode(NodeProto.newBuilder()
                    .setOpType("Cast")
                    .setName(GIVEN)
                    .addAttribute(Emitter.attribute("to", type.element()))
                    .addInput(GIVEN)
                    .addOutput(source));
        }
        return model.toBuilder().setGraph(graph).build();
    }
}
