package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.concordance.capture.model.gradient.UnsupportedGradientException.Node;
import io.concordance.capture.model.graph.OnnxGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Builds the graph that computes a target, the value of each source plus its {@linkplain #delta delta}, and the gradient
 * of the seeded target with respect to each source. Reverse accumulation (Griewank and Walther, 2008, ch. 3) over the
 * nodes in between, written as nodes of the same graph.
 */
final class GradientGraph {
    /** Weights of the target's values, of its shape. */
    static final String COTANGENT = "concordance.cotangent";
    /** INT64 {@code [batch, sequence]}. */
    static final String TOKENS = "concordance.tokens";
    /** {@code [vocabulary]}: 0 for tokens of the set, {@link TargetNodes#LEFT_OUT} for the others. */
    static final String INSIDE = "concordance.inside";
    /** {@code [vocabulary]}: the other way round. */
    static final String OUTSIDE = "concordance.outside";
    /** {@code [batch, sequence]}. */
    static final String WEIGHTS = "concordance.weights";
    /** The target, or what it makes of logits, {@code [batch, sequence]}. */
    static final String VALUE = "concordance.value";

    private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();

    private final ModelProto model;
    private final List<String> sources;
    private final GradientTarget target;
    private final Map<String, ValueType> types;

    private GradientGraph(ModelProto model, List<String> sources, GradientTarget target, Map<String, ValueType> types) {
        this.model = model;
        this.sources = sources;
        this.target = target;
        this.types = types;
    }

    /** Input that is added to source {@code i}; of its shape, or broadcast to it. */
    static String delta(int i) {
        return "concordance.delta." + i;
    }

    /** Output that carries the gradient with respect to source {@code i}. */
    static String gradient(int i) {
        return "concordance.gradient." + i;
    }

    /** Output that carries source {@code i} with its delta. */
    static String activations(int i) {
        return "concordance.source." + i;
    }

    /** The operator set of ONNX itself that a model is written in. */
    static int opset(ModelProto model) {
        return model.getOpsetImportList().stream()
                .filter(o -> o.getDomain().isEmpty() || o.getDomain().equals("ai.onnx"))
                .mapToInt(o -> Math.toIntExact(o.getVersion()))
                .max()
                .orElse(0);
    }

    /**
     * @param path from the sources to the target
     * @param types of the {@linkplain GradientPath#values values} on the path
     * @throws UnsupportedGradientException when a node on the path is in a form that no rule covers
     */
    static ModelProto build(
            ModelProto model,
            List<String> sources,
            GradientTarget target,
            GradientPath path,
            Map<String, ValueType> types) {
        return new GradientGraph(model, sources, target, types).build(path);
    }

    private ModelProto build(GradientPath path) {
        OnnxGraph view = OnnxGraph.of(model);
        GraphProto.Builder graph = forward(view);
        Emitter emit = new Emitter(graph, opset(model));
        Map<String, List<String>> cotangents = new HashMap<>();
        cotangents.computeIfAbsent(target.tensor(), t -> new ArrayList<>()).add(seed(graph, emit));
        List<Node> refused = new ArrayList<>();
        for (NodeProto node : path.nodes().reversed()) {
            Rule rule = Rules.of(node);
            if (rule != null && node.getOutputList().stream().anyMatch(cotangents::containsKey)) {
                try {
                    rule.apply(new Backward(node, emit, view, types, cotangents, path.active()));
                } catch (Rule.Refusal e) {
                    refused.add(GradientPath.named(node, String.valueOf(e.getMessage())));
                } catch (IndexOutOfBoundsException | NoSuchElementException e) {
                    // An operator of a newer operator set than the rules know may have other inputs.
                    refused.add(GradientPath.named(node, "its inputs are not those of a known operator set"));
                }
            }
        }
        if (!refused.isEmpty()) {
            throw new UnsupportedGradientException(refused);
        }
        for (int i = 0; i < sources.size(); i++) {
            String total = Backward.total(sources.get(i), cotangents, emit);
            if (total == null) {
                throw new IllegalStateException("no gradient reaches " + sources.get(i));
            }
            output(graph, total, gradient(i));
            output(graph, sources.get(i), activations(i));
        }
        ModelProto.Builder built = model.toBuilder().setGraph(graph);
        boolean imported =
                model.getOpsetImportList().stream().anyMatch(o -> o.getDomain().equals("com.microsoft"));
        if (emit.contributed() && !imported) {
            built.addOpsetImport(
                    OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1));
        }
        return built.build();
    }

    /** What the target is computed from, each source as the sum of itself and its delta. */
    private GraphProto.Builder forward(OnnxGraph view) {
        GraphProto whole = model.getGraph();
        Set<String> needed = view.upstream(List.of(target.tensor()));
        GraphProto.Builder graph = GraphProto.newBuilder().setName(whole.getName());
        for (NodeProto node : whole.getNodeList()) {
            if (node.getOutputList().stream().anyMatch(needed::contains)) {
                addWithDeltas(graph, node);
            }
        }
        whole.getInitializerList().stream()
                .filter(t -> needed.contains(t.getName()))
                .forEach(graph::addInitializer);
        whole.getSparseInitializerList().stream()
                .filter(t -> needed.contains(t.getValues().getName()))
                .forEach(graph::addSparseInitializer);
        whole.getInputList().stream().filter(i -> needed.contains(i.getName())).forEach(graph::addInput);
        graph.addAllQuantizationAnnotation(whole.getQuantizationAnnotationList());
        for (int i = 0; i < sources.size(); i++) {
            graph.addInput(value(delta(i), FLOAT, 3));
        }
        return graph;
    }

    private void addWithDeltas(GraphProto.Builder graph, NodeProto node) {
        NodeProto.Builder renamed = node.toBuilder();
        List<NodeProto> sums = new ArrayList<>();
        for (int o = 0; o < node.getOutputCount(); o++) {
            int source = sources.indexOf(node.getOutput(o));
            if (source < 0) {
                continue;
            }
            String plain = "concordance.plain." + source;
            renamed.setOutput(o, plain);
            String typed = delta(source);
            int element = typeOf(sources.get(source)).element();
            if (element != FLOAT) {
                typed = delta(source) + ".cast";
                sums.add(NodeProto.newBuilder()
                        .setOpType("Cast")
                        .addAttribute(Emitter.attribute("to", element))
                        .addInput(delta(source))
                        .addOutput(typed)
                        .build());
            }
            sums.add(NodeProto.newBuilder()
                    .setOpType("Add")
                    .setName(plain)
                    .addInput(plain)
                    .addInput(typed)
                    .addOutput(sources.get(source))
                    .build());
        }
        graph.addNode(renamed);
        graph.addAllNode(sums);
    }

    private ValueType typeOf(String value) {
        ValueType type = types.get(value);
        if (type == null) {
            throw new IllegalArgumentException("the type of " + value + " is not known");
        }
        return type;
    }

    /** The cotangent of the target, and {@link #VALUE}. */
    private String seed(GraphProto.Builder graph, Emitter emit) {
        ValueType type = typeOf(target.tensor());
        return new TargetNodes(graph, emit, target, type).seed();
    }

    static void output(GraphProto.Builder graph, String from, String name) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType("Cast")
                .setName(name)
                .addAttribute(Emitter.attribute("to", FLOAT))
                .addInput(from)
                .addOutput(name));
        graph.addOutput(ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(FLOAT))));
    }

    static ValueInfoProto value(String name, int element, int rank) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (int i = 0; i < rank; i++) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(name + "." + i));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(element)
                                .setShape(shape)))
                .build();
    }
}
