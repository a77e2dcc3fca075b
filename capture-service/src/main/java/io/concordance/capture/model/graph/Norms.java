package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recognises layer normalisation, whole or taken apart: {@code (x - mean(x)) / sqrt(var + eps) * gamma + beta} and its
 * RMS form {@code x / sqrt(mean(x^2) + eps) * gamma}, as exporters of different operator sets write them.
 */
final class Norms {
    private static final Set<String> WHOLE = Set.of(
            "LayerNormalization",
            "SimplifiedLayerNormalization",
            "RMSNormalization",
            "RMSNorm",
            "MeanVarianceNormalization");

    private final OnnxGraph graph;

    private Norms(OnnxGraph graph) {
        this.graph = graph;
    }

    /** For each normalised value, the value it was computed from. */
    static Map<String, String> in(OnnxGraph graph) {
        Norms norms = new Norms(graph);
        Map<String, String> sources = new HashMap<>();
        for (NodeProto node : graph.nodes()) {
            if (WHOLE.contains(node.getOpType())) {
                sources.put(node.getOutput(0), node.getInput(0));
                continue;
            }
            String source = norms.normalised(node);
            if (source != null) {
                sources.put(norms.scaledAndShifted(node.getOutput(0)), source);
            }
        }
        return sources;
    }

    /** The {@code x} of a node that divides {@code x} (centred or not) by its own spread; null for any other node. */
    private @Nullable String normalised(NodeProto node) {
        boolean divides = node.getOpType().equals("Div");
        if (node.getInputCount() != 2 || !(divides || node.getOpType().equals("Mul"))) {
            return null;
        }
        for (int i = 0; i < (divides ? 1 : 2); i++) {
            String x = centred(node.getInput(i));
            if (isSpread(node.getInput(1 - i), x, divides)) {
                return x;
            }
        }
        return null;
    }

    /** {@code x} of {@code x - mean(x)}, and any other value itself; looks through casts. */
    private String centred(String value) {
        String plain = withoutCasts(value);
        NodeProto node = graph.producer(plain);
        if (node != null && node.getOpType().equals("Sub")) {
            String x = withoutCasts(node.getInput(0));
            NodeProto mean = made(node.getInput(1), "ReduceMean");
            if (mean != null && withoutCasts(mean.getInput(0)).equals(x)) {
                return x;
            }
        }
        return plain;
    }

    private boolean isSpread(String value, String x, boolean asDivisor) {
        NodeProto node = graph.producer(withoutCasts(value));
        if (node == null) {
            return false;
        }
        return switch (node.getOpType()) {
            case "Sqrt" -> asDivisor && isVariance(node.getInput(0), x);
            case "Pow" -> graph.isConstant(node.getInput(1)) && isVariance(node.getInput(0), x);
            case "Reciprocal" -> !asDivisor && isSpread(node.getInput(0), x, true);
            case "Div" -> !asDivisor && graph.isConstant(node.getInput(0)) && isSpread(node.getInput(1), x, true);
            default -> false;
        };
    }

    private boolean isVariance(String value, String x) {
        NodeProto node = graph.producer(withoutCasts(value));
        if (node != null && node.getOpType().equals("Add")) {
            String variable = graph.isConstant(node.getInput(1)) ? node.getInput(0) : node.getInput(1);
            node = graph.producer(withoutCasts(variable));
        }
        if (node == null || !node.getOpType().equals("ReduceMean")) {
            return false;
        }
        NodeProto square = graph.producer(withoutCasts(node.getInput(0)));
        if (square == null) {
            return false;
        }
        boolean squares = square.getOpType().equals("Pow") && graph.isConstant(square.getInput(1))
                || square.getOpType().equals("Mul") && square.getInput(0).equals(square.getInput(1));
        return squares && centred(square.getInput(0)).equals(x);
    }

    /** Follows a normalised value through casts, one multiplication by a weight and one addition of a weight. */
    private String scaledAndShifted(String value) {
        boolean scaled = false;
        boolean shifted = false;
        String at = value;
        while (true) {
            List<NodeProto> readers = graph.consumers(at);
            if (readers.size() != 1) {
                return at;
            }
            NodeProto next = readers.getFirst();
            boolean weighted = next.getInputList().stream().anyMatch(graph::isConstant);
            if (next.getOpType().equals("Mul") && weighted && !scaled && !shifted) {
                scaled = true;
            } else if (next.getOpType().equals("Add") && weighted && !shifted) {
                shifted = true;
            } else if (!next.getOpType().equals("Cast")) {
                return at;
            }
            at = next.getOutput(0);
        }
    }

    private @Nullable NodeProto made(String value, String opType) {
        NodeProto node = graph.producer(withoutCasts(value));
        return node != null && node.getOpType().equals(opType) ? node : null;
    }

    private String withoutCasts(String value) {
        String at = value;
        for (NodeProto node = graph.producer(at);
                node != null && Set.of("Cast", "Identity").contains(node.getOpType());
                node = graph.producer(at)) {
            at = node.getInput(0);
        }
        return at;
    }
}
