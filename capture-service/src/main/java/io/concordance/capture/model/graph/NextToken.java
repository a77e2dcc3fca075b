package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a causal model give the logits of one position a row. Where the logits come from one product with a weight, as
 * in a language model's head, the position is picked before that product, so that {@code rows * sequence * vocabulary}
 * logits are never computed; elsewhere it is picked from the finished logits.
 */
public final class NextToken {
    /** Added input, int64 {@code [rows, 1, 2]}: row and position of each row's last token. */
    public static final String LAST = "concordance.last";

    private static final Set<String> UNARY = Set.of("Identity", "Cast", "Tanh");
    private static final Set<String> BINARY = Set.of("Add", "Sub", "Mul", "Div");
    private static final String PICKED = "concordance.picked";

    private NextToken() {}

    /**
     * A changed model.
     *
     * @param output name of the output with the logits, {@code [rows, 1, vocabulary]}
     * @param beforeHead whether positions are picked before the product with the head
     */
    public record Surgery(ModelProto model, String output, boolean beforeHead) {}

    /** @param logits output {@code [rows, sequence, vocabulary]} */
    public static Surgery of(ModelProto model, String logits) {
        OnnxGraph view = OnnxGraph.of(model);
        NodeProto head = head(view, logits);
        GraphProto.Builder graph = model.getGraph().toBuilder().clearNode().clearOutput();
        for (NodeProto node : view.nodes()) {
            if (node.equals(head)) {
                graph.addNode(pick(node.getInput(0)));
                graph.addNode(node.toBuilder().setInput(0, PICKED));
            } else {
                graph.addNode(node);
            }
        }
        if (head == null) {
            graph.addNode(pick(logits));
        }
        String output = head == null ? PICKED : logits;
        for (ValueInfoProto given : model.getGraph().getOutputList()) {
            graph.addOutput(given.getName().equals(logits) ? ofAnyShape(given, output) : given);
        }
        graph.addInput(ValueInfoProto.newBuilder()
                .setName(LAST)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.INT64.getNumber())
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimParam("rows"))
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(1))
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(2))))));
        return new Surgery(model.toBuilder().setGraph(graph.clearValueInfo()).build(), output, head != null);
    }

    /** The product with a weight that the logits are made of, position by position; null when there is none such. */
    static @Nullable NodeProto head(OnnxGraph graph, String logits) {
        String at = logits;
        while (true) {
            NodeProto node = graph.producer(at);
            boolean readElsewhere = graph.consumers(at).size() > (at.equals(logits) ? 0 : 1);
            if (node == null || readElsewhere) {
                return null;
            }
            if (node.getOpType().equals("MatMul")) {
                TensorProto weight = graph.weight(node.getInput(1));
                boolean product = weight != null && weight.getDimsCount() == 2
                        || weight == null && isTransposed(graph, node.getInput(1));
                return product && !graph.isConstant(node.getInput(0)) ? node : null;
            }
            if (UNARY.contains(node.getOpType())) {
                at = node.getInput(0);
            } else if (BINARY.contains(node.getOpType())) {
                int computed = graph.isConstant(node.getInput(0)) ? 1 : 0;
                if (!graph.isConstant(node.getInput(1 - computed))) {
                    return null;
                }
                at = node.getInput(computed);
            } else {
                return null;
            }
        }
    }

    /** A head that shares the embedding's weight reads it turned round. */
    private static boolean isTransposed(OnnxGraph graph, String value) {
        NodeProto node = graph.producer(value);
        TensorProto weight =
                node != null && node.getOpType().equals("Transpose") ? graph.weight(node.getInput(0)) : null;
        return weight != null && weight.getDimsCount() == 2;
    }

    private static NodeProto pick(String value) {
        return NodeProto.newBuilder()
                .setOpType("GatherND")
                .setName(PICKED)
                .addInput(value)
                .addInput(LAST)
                .addOutput(PICKED)
                .build();
    }

    private static ValueInfoProto ofAnyShape(ValueInfoProto output, String name) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(output.getType().getTensorType().getElemType())))
                .build();
    }
}
