package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The residual stream of a transformer, found by structure: the longest skip path from the token embedding. A step of
 * the path is an {@code Add} of two computed values (what a block writes into the stream); norms, casts, copies and
 * multiplications by weights lie on it without counting. A block starts where attention writes.
 *
 * @param layers tensors of each block, first block first; empty when no stream was found
 * @param postNorm true when the stream passes through the norms (BERT), false when only branches do (GPT-2, LLaMA)
 */
public record ResidualStream(List<Layer> layers, boolean postNorm) {
    private static final Set<String> COPIES = Set.of("Identity", "Cast", "Dropout", "DequantizeLinear");
    private static final Set<String> ATTENTION =
            Set.of("Softmax", "Attention", "MultiHeadAttention", "GroupQueryAttention", "QAttention");

    /**
     * @param pre tensor of {@code hook_resid_pre}, the stream as the block reads it
     * @param post tensor of {@code hook_resid_post}, the stream as the block leaves it
     */
    public record Layer(String pre, String post) {}

    /** A place on the path; {@code branch} is what an {@code Add} brought in, null elsewhere. */
    private record Step(String value, @Nullable String branch, boolean norm) {}

    /** The best path to a value: its number of additions and the value before it. */
    private record Reach(
            int additions,
            @Nullable String before,
            @Nullable String branch,
            boolean norm) {}

    public ResidualStream {
        layers = List.copyOf(layers);
    }

    /**
     * Finds the stream. Graphs with fused skip-and-norm nodes are left without one: their stream is not a tensor of the
     * graph at every block.
     *
     * @param root value that holds the embedded tokens
     */
    public static ResidualStream find(OnnxGraph graph, String root) {
        if (graph.nodes().stream().anyMatch(n -> n.getOpType().startsWith("Skip"))) {
            return new ResidualStream(List.of(), false);
        }
        ResidualStream rooted = blocks(graph, longestPath(graph, root));
        return rooted.layers.isEmpty() ? blocks(graph, longestPath(graph, null)) : rooted;
    }

    private static List<Step> longestPath(OnnxGraph graph, @Nullable String root) {
        Map<String, String> norms = Norms.in(graph);
        Map<String, Reach> reached = new HashMap<>();
        if (root != null) {
            reached.put(root, new Reach(0, null, null, false));
        }
        String end = null;
        int most = 0;
        for (NodeProto node : graph.nodes()) {
            if (node.getOutputCount() == 0 || reached.containsKey(node.getOutput(0))) {
                continue;
            }
            String out = node.getOutput(0);
            Reach reach = reach(graph, node, norms.get(out), reached, root == null);
            if (reach == null) {
                continue;
            }
            reached.put(out, reach);
            if (reach.additions > most) {
                most = reach.additions;
                end = out;
            }
        }
        List<Step> path = new ArrayList<>();
        for (String at = end; at != null; ) {
            Reach reach = reached.get(at);
            path.addFirst(new Step(at, reach == null ? null : reach.branch, reach != null && reach.norm));
            at = reach == null ? null : reach.before;
        }
        if (end != null) {
            normAfter(norms, end, path);
        }
        return path;
    }

    /** A norm that reads the end of the path belongs to it as well; {@link #blocks} decides whether it counts. */
    private static void normAfter(Map<String, String> norms, String end, List<Step> path) {
        norms.entrySet().stream()
                .filter(norm -> norm.getValue().equals(end))
                .map(Map.Entry::getKey)
                .sorted()
                .findFirst()
                .ifPresent(value -> path.add(new Step(value, null, true)));
    }

    private static @Nullable Reach reach(
            OnnxGraph graph, NodeProto node, @Nullable String normOf, Map<String, Reach> reached, boolean anywhere) {
        if (normOf != null) {
            return onward(reached.get(normOf), normOf, true);
        }
        String op = node.getOpType();
        if (COPIES.contains(op)) {
            return onward(reached.get(node.getInput(0)), node.getInput(0), false);
        }
        boolean binary = node.getInputCount() == 2;
        if (binary && (op.equals("Mul") || op.equals("Div")) && graph.isConstant(node.getInput(1))) {
            return onward(reached.get(node.getInput(0)), node.getInput(0), false);
        }
        boolean adds =
                binary && op.equals("Add") && node.getInputList().stream().noneMatch(graph::isConstant);
        if (!adds) {
            return null;
        }
        Reach best = null;
        for (int i = 0; i < 2; i++) {
            Reach before = reached.get(node.getInput(i));
            int additions = before == null ? anywhere ? 0 : -1 : before.additions;
            if (additions >= 0 && (best == null || additions + 1 > best.additions)) {
                best = new Reach(additions + 1, node.getInput(i), node.getInput(1 - i), false);
            }
        }
        return best;
    }

    private static @Nullable Reach onward(@Nullable Reach before, String value, boolean norm) {
        return before == null ? null : new Reach(before.additions, value, null, norm);
    }

    private static ResidualStream blocks(OnnxGraph graph, List<Step> path) {
        Set<String> stream = new HashSet<>();
        path.forEach(step -> stream.add(step.value));
        List<Integer> starts = new ArrayList<>();
        int lastAddition = -1;
        for (int i = 1; i < path.size(); i++) {
            String branch = path.get(i).branch;
            if (branch == null || !graph.reaches(branch, stream)) {
                continue;
            }
            lastAddition = i;
            if (graph.anyUpstream(branch, stream, n -> ATTENTION.contains(n.getOpType()))) {
                starts.add(i);
            }
        }
        if (starts.isEmpty()) {
            return new ResidualStream(List.of(), false);
        }
        int first = starts.getFirst();
        boolean postNorm = path.subList(first, lastAddition + 1).stream().anyMatch(Step::norm);
        int end = postNorm && path.getLast().norm ? path.size() - 1 : lastAddition;
        List<Layer> layers = new ArrayList<>();
        for (int l = 0; l < starts.size(); l++) {
            int post = l + 1 < starts.size() ? starts.get(l + 1) - 1 : end;
            layers.add(new Layer(path.get(starts.get(l) - 1).value, path.get(post).value));
        }
        return new ResidualStream(layers, postNorm);
    }
}
