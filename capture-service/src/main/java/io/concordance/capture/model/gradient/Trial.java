package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.concordance.capture.model.OnnxSession;
import io.concordance.capture.model.OnnxSession.Described;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.graph.OnnxGraph;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds types and ranks of values by one short run. Two rows and several tokens tell a batch of one from a true 1. */
final class Trial {
    private static final int ROWS = 2;
    private static final int LENGTH = 5;

    private Trial() {}

    /**
     * @param values to describe; those that are no tensors are left out
     * @param context longest input of the model, tokens
     */
    static Map<String, ValueType> types(ModelProto model, List<String> values, int context) {
        GraphProto whole = model.getGraph();
        Set<String> needed = OnnxGraph.of(model).upstream(values);
        GraphProto.Builder graph =
                whole.toBuilder().clearNode().clearOutput().clearInput().clearInitializer();
        whole.getNodeList().stream()
                .filter(node -> node.getOutputList().stream().anyMatch(needed::contains))
                .forEach(graph::addNode);
        whole.getInitializerList().stream()
                .filter(t -> needed.contains(t.getName()))
                .forEach(graph::addInitializer);
        whole.getInputList().stream().filter(i -> needed.contains(i.getName())).forEach(graph::addInput);
        values.forEach(v -> graph.addOutput(ValueInfoProto.newBuilder().setName(v)));
        int length = length(context);
        TokenBatch batch = TokenBatch.of(Collections.nCopies(ROWS, new int[length]));
        Map<String, ValueType> types = new HashMap<>();
        try (OnnxSession session =
                OnnxSession.openUnoptimised(model.toBuilder().setGraph(graph).build())) {
            for (Map.Entry<String, Described> found :
                    session.describe(batch, values).entrySet()) {
                types.put(
                        found.getKey(),
                        new ValueType(
                                found.getValue().element(), found.getValue().shape()));
            }
        }
        return types;
    }

    /** Whether a value had the shape {@code [batch, sequence, width]}. */
    static boolean isPerToken(ValueType type, int context) {
        return type.rank() == 3 && type.dims()[0] == ROWS && type.dims()[1] == length(context);
    }

    private static int length(int context) {
        return Math.min(LENGTH, context);
    }
}
