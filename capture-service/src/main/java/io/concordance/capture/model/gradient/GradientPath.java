package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.concordance.capture.model.gradient.UnsupportedGradientException.Node;
import io.concordance.capture.model.graph.OnnxGraph;
import io.concordance.contracts.problem.FieldProblem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The part of a graph that gradients run through.
 *
 * @param nodes between the sources and the target, in graph order
 * @param active values that depend on a source in a differentiable way
 */
record GradientPath(List<NodeProto> nodes, Set<String> active) {
    private static final Set<Integer> FLOATS = Set.of(
            TensorProto.DataType.FLOAT.getNumber(),
            TensorProto.DataType.DOUBLE.getNumber(),
            TensorProto.DataType.FLOAT16.getNumber(),
            TensorProto.DataType.BFLOAT16.getNumber());

    /**
     * @throws FieldProblem on the empty field when the target is not computed from some source
     * @throws UnsupportedGradientException when nodes between them have no rule
     */
    static GradientPath between(OnnxGraph graph, List<String> sources, String target) {
        Set<String> active = new HashSet<>(sources);
        for (NodeProto node : graph.nodes()) {
            if (passes(node) && OnnxGraph.reads(node).stream().anyMatch(active::contains)) {
                node.getOutputList().stream().filter(o -> !o.isEmpty()).forEach(active::add);
            }
        }
        Set<String> wanted = new HashSet<>(Set.of(target));
        List<NodeProto> nodes = new ArrayList<>();
        for (NodeProto node : graph.nodes().reversed()) {
            boolean onTheWay = node.getOutputList().stream().anyMatch(o -> wanted.contains(o) && active.contains(o))
                    && passes(node)
                    && OnnxGraph.reads(node).stream().anyMatch(active::contains);
            if (onTheWay) {
                nodes.addFirst(node);
                OnnxGraph.reads(node).stream().filter(active::contains).forEach(wanted::add);
            }
        }
        for (String source : sources) {
            if (!wanted.contains(source)) {
                throw new FieldProblem("", source, "a tensor that '" + target + "' is computed from");
            }
        }
        refuseUnknown(nodes);
        return new GradientPath(List.copyOf(nodes), Set.copyOf(active));
    }

    private static void refuseUnknown(List<NodeProto> nodes) {
        List<Node> unknown = nodes.stream()
                .filter(node -> Rules.of(node) == null)
                .map(node -> named(node, ""))
                .toList();
        if (!unknown.isEmpty()) {
            throw new UnsupportedGradientException(unknown);
        }
    }

    static Node named(NodeProto node, String why) {
        return new Node(node.getOpType(), node.getName().isEmpty() ? node.getOutput(0) : node.getName(), why);
    }

    private static boolean passes(NodeProto node) {
        if (node.getOpType().equals("Cast")) {
            return node.getAttributeList().stream()
                    .filter(a -> a.getName().equals("to"))
                    .map(AttributeProto::getI)
                    .anyMatch(to -> FLOATS.contains(to.intValue()));
        }
        return !Rules.isFlat(node);
    }

    /** Values that the nodes read and write and that are computed by nodes. */
    List<String> values(OnnxGraph graph) {
        return nodes.stream()
                .flatMap(node -> {
                    List<String> values = new ArrayList<>(node.getInputList());
                    values.addAll(node.getOutputList());
                    return values.stream();
                })
                .filter(value -> graph.producer(value) != null)
                .distinct()
                .toList();
    }
}
