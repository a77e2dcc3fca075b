package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.concordance.contracts.problem.FieldProblem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An index over a graph: who makes a value, who reads it, and which values are constants. Immutable. */
public final class OnnxGraph {
    private static final Set<String> SHAPE_ONLY = Set.of("Shape", "Size");
    private static final Set<String> RANDOM =
            Set.of("RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial");

    private final GraphProto graph;
    private final Map<String, TensorProto> initializers = new HashMap<>();
    private final Map<String, ValueInfoProto> inputs = new LinkedHashMap<>();
    private final Map<String, NodeProto> producers = new HashMap<>();
    private final Map<String, List<NodeProto>> consumers = new HashMap<>();
    private final Set<String> constants = new HashSet<>();

    private OnnxGraph(GraphProto graph) {
        this.graph = graph;
    }

    /** @throws FieldProblem on {@code onnx} when values are read before they are made, or made twice */
    public static OnnxGraph of(ModelProto model) {
        OnnxGraph view = new OnnxGraph(model.getGraph());
        view.index();
        return view;
    }

    private void index() {
        Set<String> known = new HashSet<>();
        graph.getInitializerList().forEach(tensor -> initializers.put(tensor.getName(), tensor));
        graph.getSparseInitializerList()
                .forEach(sparse -> constants.add(sparse.getValues().getName()));
        constants.addAll(initializers.keySet());
        known.addAll(constants);
        for (ValueInfoProto input : graph.getInputList()) {
            if (!constants.contains(input.getName())) {
                inputs.put(input.getName(), input);
                known.add(input.getName());
            }
        }
        for (NodeProto node : graph.getNodeList()) {
            boolean constant = !RANDOM.contains(node.getOpType());
            for (String value : reads(node)) {
                if (!known.contains(value)) {
                    throw new FieldProblem(
                            "onnx", value, "a graph whose nodes are in order and read only values that exist");
                }
                consumers.computeIfAbsent(value, v -> new ArrayList<>()).add(node);
                constant &= constants.contains(value);
            }
            for (String value : node.getOutputList()) {
                if (value.isEmpty()) {
                    continue;
                }
                if (!known.add(value)) {
                    throw new FieldProblem("onnx", value, "a graph that makes each value once");
                }
                producers.put(value, node);
                if (constant) {
                    constants.add(value);
                }
            }
        }
        graph.getOutputList().forEach(output -> {
            if (!known.contains(output.getName())) {
                throw new FieldProblem("onnx", output.getName(), "graph outputs that some node makes");
            }
        });
    }

    public List<NodeProto> nodes() {
        return graph.getNodeList();
    }

    /** Inputs that a caller must give, by name, in file order. */
    public Map<String, ValueInfoProto> inputs() {
        return inputs;
    }

    public @Nullable NodeProto producer(String value) {
        return producers.get(value);
    }

    public List<NodeProto> consumers(String value) {
        return consumers.getOrDefault(value, List.of());
    }

    /** True for weights and for everything computed from weights alone. */
    public boolean isConstant(String value) {
        return constants.contains(value);
    }

    /** The weight behind a name, looking through {@code Identity}; null when it is no stored tensor. */
    public @Nullable TensorProto weight(String value) {
        TensorProto stored = initializers.get(value);
        NodeProto node = producers.get(value);
        if (stored != null || node == null) {
            return stored;
        }
        return switch (node.getOpType()) {
            case "Identity" -> weight(node.getInput(0));
            case "Constant" ->
                node.getAttributeList().stream()
                        .filter(AttributeProto::hasT)
                        .map(AttributeProto::getT)
                        .findFirst()
                        .orElse(null);
            default -> null;
        };
    }

    /** True for a node that looks at the shape of a value only. */
    static boolean isShape(NodeProto node) {
        return SHAPE_ONLY.contains(node.getOpType());
    }

    /** The values themselves and everything that they are computed from. */
    public Set<String> upstream(Collection<String> values) {
        Deque<String> open = new ArrayDeque<>(values);
        Set<String> needed = new HashSet<>(values);
        while (!open.isEmpty()) {
            NodeProto producer = producers.get(open.pop());
            if (producer != null) {
                reads(producer).stream().filter(needed::add).forEach(open::push);
            }
        }
        return needed;
    }

    /** Every value a node reads: its inputs and what its sub-graphs take from outside. */
    public static Set<String> reads(NodeProto node) {
        Set<String> reads = new LinkedHashSet<>(node.getInputList());
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                reads.addAll(captured(attribute.getG()));
            }
            attribute.getGraphsList().forEach(g -> reads.addAll(captured(g)));
        }
        reads.remove("");
        return reads;
    }

    private static Set<String> captured(GraphProto inner) {
        Set<String> own = new HashSet<>();
        inner.getInitializerList().forEach(t -> own.add(t.getName()));
        inner.getInputList().forEach(i -> own.add(i.getName()));
        inner.getNodeList().forEach(n -> own.addAll(n.getOutputList()));
        Set<String> outside = new LinkedHashSet<>();
        inner.getNodeList().forEach(n -> outside.addAll(reads(n)));
        inner.getOutputList().forEach(o -> outside.add(o.getName()));
        outside.removeAll(own);
        return outside;
    }

    /**
     * Whether some node that {@code value} is computed from satisfies the test. The walk goes backwards, does not enter
     * values in {@code stop}, and does not follow mere shapes.
     */
    boolean anyUpstream(String value, Set<String> stop, Predicate<NodeProto> test) {
        return walk(value, stop, test, v -> false);
    }

    /** Whether the walk of {@link #anyUpstream} reaches a value of {@code targets}. */
    boolean reaches(String value, Set<String> targets) {
        return walk(value, targets, n -> false, targets::contains);
    }

    /** As {@link #reaches(String, Set)}, without going through values of {@code stop}. */
    boolean reaches(String value, Set<String> targets, Set<String> stop) {
        return walk(value, stop, n -> false, targets::contains);
    }

    private boolean walk(String from, Set<String> stop, Predicate<NodeProto> node, Predicate<String> value) {
        Deque<String> open = new ArrayDeque<>(List.of(from));
        Set<String> seen = new HashSet<>(open);
        while (!open.isEmpty()) {
            String at = open.pop();
            if (value.test(at)) {
                return true;
            }
            NodeProto producer = producers.get(at);
            if (producer == null || stop.contains(at)) {
                continue;
            }
            if (node.test(producer)) {
                return true;
            }
            if (!isShape(producer)) {
                reads(producer).stream().filter(seen::add).forEach(open::push);
            }
        }
        return false;
    }
}
