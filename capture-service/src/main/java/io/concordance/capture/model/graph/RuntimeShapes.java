package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.concordance.contracts.problem.FieldProblem;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Refuses nodes whose output has a fixed size that no model needs: ONNX Runtime would allocate it while loading. */
final class RuntimeShapes {
    /** Values of one fixed output: 1 GiB of floats. */
    static final long MAX_ELEMENTS = 1L << 28;

    private static final Set<String> RANDOM = Set.of("RandomNormal", "RandomUniform");

    private RuntimeShapes() {}

    static void check(OnnxGraph graph) {
        for (NodeProto node : graph.nodes()) {
            List<Long> shape = shape(graph, node);
            if (shape != null && !fits(shape)) {
                throw new FieldProblem(
                        "onnx",
                        node.getOpType() + " that makes '" + node.getOutput(0) + "'",
                        "nodes that make at most " + MAX_ELEMENTS + " values of a fixed shape");
            }
        }
    }

    private static @Nullable List<Long> shape(OnnxGraph graph, NodeProto node) {
        String op = node.getOpType();
        if (RANDOM.contains(op)) {
            return node.getAttributeList().stream()
                    .filter(attribute -> attribute.getName().equals("shape"))
                    .findFirst()
                    .map(AttributeProto::getIntsList)
                    .orElse(List.of());
        }
        return switch (op) {
            case "ConstantOfShape" -> stored(graph, node, 0);
            case "Expand", "Tile", "OneHot" -> stored(graph, node, 1);
            case "Range" -> range(stored(graph, node, 0), stored(graph, node, 1), stored(graph, node, 2));
            default -> null;
        };
    }

    private static @Nullable List<Long> stored(OnnxGraph graph, NodeProto node, int input) {
        TensorProto tensor = node.getInputCount() > input ? graph.weight(node.getInput(input)) : null;
        return tensor == null ? null : Tensors.longs(tensor);
    }

    private static @Nullable List<Long> range(
            @Nullable List<Long> start, @Nullable List<Long> limit, @Nullable List<Long> delta) {
        if (start == null || limit == null || delta == null || start.size() * limit.size() * delta.size() != 1) {
            return null;
        }
        double step = delta.getFirst();
        double steps = step == 0 ? Double.MAX_VALUE : ((double) limit.getFirst() - start.getFirst()) / step;
        return List.of((long) Math.max(0, steps));
    }

    static boolean fits(List<Long> shape) {
        double elements = 1;
        for (long dim : shape) {
            elements *= Math.max(1, Math.abs((double) dim));
        }
        return elements <= MAX_ELEMENTS;
    }
}
