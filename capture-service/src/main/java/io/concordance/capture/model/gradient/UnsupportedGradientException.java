package io.concordance.capture.model.gradient;

import java.util.List;
import java.util.stream.Collectors;

/** Nodes between the hooks and the target that no gradient passes; the message names them. */
public final class UnsupportedGradientException extends RuntimeException {
    private static final int NAMED = 12;

    private final List<Node> nodes;

    /**
     * @param operator ONNX operator
     * @param name the node's name, or its first output's when it has none
     * @param why what about the node is not supported; empty when it is the operator as such
     */
    public record Node(String operator, String name, String why) {
        @Override
        public String toString() {
            return operator + " (" + name + (why.isEmpty() ? "" : ": " + why) + ")";
        }
    }

    UnsupportedGradientException(List<Node> nodes) {
        super(nodes.stream()
                        .limit(NAMED)
                        .map(Node::toString)
                        .collect(Collectors.joining(", ", "no gradient through ", ""))
                + (nodes.size() > NAMED ? " and " + (nodes.size() - NAMED) + " more" : ""));
        this.nodes = List.copyOf(nodes);
    }

    public List<Node> nodes() {
        return nodes;
    }
}
