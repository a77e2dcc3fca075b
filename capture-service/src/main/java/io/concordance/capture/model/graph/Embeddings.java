package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.concordance.contracts.problem.FieldProblem;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lookup tables at the bottom of a language model.
 *
 * @param token value that holds the embedded tokens, {@code [batch, sequence, width]}; with positions, types and a norm
 *     on top when the lookup is one fused node
 * @param fused true for such a node
 * @param vocabulary rows of the token table
 * @param width columns of the token table
 * @param positions rows of the smallest learned position table; empty when the model has none (rotary, ALiBi)
 */
public record Embeddings(String token, boolean fused, int vocabulary, int width, OptionalInt positions) {
    private static final Set<String> INDEX_PLUMBING =
            Set.of("Identity", "Cast", "Reshape", "Unsqueeze", "Squeeze", "Flatten", "Clip");
    private static final Set<String> TABLE_PLUMBING = Set.of("Identity", "Cast", "DequantizeLinear");

    /** @throws FieldProblem on {@code onnx} when no table is looked up by {@code input_ids} */
    public static Embeddings in(OnnxGraph graph) {
        for (NodeProto node : graph.nodes()) {
            boolean fused = node.getOpType().equals("EmbedLayerNormalization") && node.getInputCount() > 3;
            if (!fused && !node.getOpType().equals("Gather")) {
                continue;
            }
            TensorProto table = table(graph, node.getInput(fused ? 2 : 0));
            if (table == null
                    || table.getDimsCount() != 2
                    || !isInput(graph, node.getInput(fused ? 0 : 1), "input_ids")) {
                continue;
            }
            int width = Math.toIntExact(table.getDims(1));
            return new Embeddings(
                    asFloats(graph, node.getOutput(0)),
                    fused,
                    Math.toIntExact(table.getDims(0)),
                    width,
                    fused ? rows(table(graph, node.getInput(3))) : positions(graph, width));
        }
        throw new FieldProblem("onnx", null, "a language model that looks its input_ids up in an embedding table");
    }

    private static OptionalInt rows(@Nullable TensorProto table) {
        return table == null ? OptionalInt.empty() : OptionalInt.of(Math.toIntExact(table.getDims(0)));
    }

    /** A quantised row is a value of the model only when it is scaled back. */
    private static String asFloats(OnnxGraph graph, String row) {
        List<NodeProto> readers = graph.consumers(row);
        return readers.size() == 1 && readers.getFirst().getOpType().equals("DequantizeLinear")
                ? readers.getFirst().getOutput(0)
                : row;
    }

    private static OptionalInt positions(OnnxGraph graph, int width) {
        return graph.nodes().stream()
                .filter(node -> List.of("Gather", "Slice").contains(node.getOpType()))
                .filter(node -> !isInput(graph, node.getInput(1), "input_ids")
                        && !isInput(graph, node.getInput(1), "token_type_ids"))
                .map(node -> table(graph, node.getInput(0)))
                .filter(table ->
                        table != null && table.getDimsCount() >= 2 && table.getDims(table.getDimsCount() - 1) == width)
                .mapToInt(table -> Math.toIntExact(table.getDims(table.getDimsCount() - 2)))
                .min();
    }

    private static @Nullable TensorProto table(OnnxGraph graph, String value) {
        String at = value;
        for (NodeProto node = graph.producer(at);
                node != null && TABLE_PLUMBING.contains(node.getOpType());
                node = graph.producer(at)) {
            at = node.getInput(0);
        }
        return graph.weight(at);
    }

    private static boolean isInput(OnnxGraph graph, String value, String input) {
        String at = value;
        for (NodeProto node = graph.producer(at);
                node != null && INDEX_PLUMBING.contains(node.getOpType());
                node = graph.producer(at)) {
            at = node.getInput(0);
        }
        return at.equals(input);
    }
}
