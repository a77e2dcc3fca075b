package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
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
 * multiplications by weights lie on it without counting. A block starts where attention writes. Fused skip-and-norm
 * nodes count as what they are made of.
 *
 * @param layers tensors of each block, first block first; empty when no stream was found
 * @param postNorm true when the stream passes through the norms (BERT), false when only branches do (GPT-2, LLaMA)
 * @param finalNorm the last block's output after the norm behind it; null when there is none or the stream itself is
 *     normed
 */
public record ResidualStream(
        List<Layer> layers, boolean postNorm, @Nullable String finalNorm) {
    private static final Set<String> COPIES = Set.of("Identity", "Cast", "Dropout", "DequantizeLinear");

    /**
     * The tensors of a block. In a post-norm model {@code pre}, {@code mid} and {@code post} lie behind the norms.
     *
     * @param pre the stream as the block reads it
     * @param attnOut what attention writes into the stream
     * @param heads the heads' results
     * @param mid the stream as the feed-forward part reads it; null when both parts read {@code pre}
     * @param mlpOut what the feed-forward part writes into the stream
     * @param post the stream as the block leaves it
     */
    public record Layer(
            String pre,
            @Nullable String attnOut,
            @Nullable Heads heads,
            @Nullable String mid,
            @Nullable String mlpOut,
            String post) {}

    /**
     * What the heads of a block found, before the output projection.
     *
     * @param values the heads' results side by side, best first: the first that is {@code [batch, sequence, heads *
     *     headDim]} is meant
     * @param heads number of query heads; 0 when only {@code weights} tells
     * @param weights attention weights, {@code [batch, heads, query, key]}; null when the graph has no such value
     */
    public record Heads(
            List<String> values, int heads, @Nullable String weights) {}

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
     * Finds the stream.
     *
     * @param model as {@link OnnxFile#read(java.nio.file.Path, Map)} gives it
     * @param root value that holds the embedded tokens
     */
    public static ResidualStream find(ModelProto model, String root) {
        OnnxGraph graph = OnnxGraph.of(SkipNorms.apart(model));
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
        List<Integer> additions = new ArrayList<>();
        for (int i = 1; i < path.size(); i++) {
            String branch = path.get(i).branch;
            if (branch == null || !graph.reaches(branch, stream)) {
                continue;
            }
            additions.add(i);
            if (attends(graph, branch, stream)) {
                starts.add(i);
            }
        }
        if (starts.isEmpty()) {
            return new ResidualStream(List.of(), false, null);
        }
        int first = starts.getFirst();
        int lastAddition = additions.getLast();
        boolean postNorm = path.subList(first, lastAddition + 1).stream().anyMatch(Step::norm);
        boolean normBehind = path.getLast().norm;
        int end = postNorm && normBehind ? path.size() - 1 : lastAddition;
        List<Layer> layers = new ArrayList<>();
        for (int l = 0; l < starts.size(); l++) {
            int start = starts.get(l);
            int post = l + 1 < starts.size() ? starts.get(l + 1) - 1 : end;
            List<Integer> others =
                    additions.stream().filter(i -> i > start && i <= post).toList();
            layers.add(layer(graph, path, stream, start, others, post));
        }
        String finalNorm = !postNorm && normBehind ? path.getLast().value : null;
        return new ResidualStream(layers, postNorm, finalNorm);
    }

    /** @param others additions of the block after the one that attention makes */
    private static Layer layer(
            OnnxGraph graph, List<Step> path, Set<String> stream, int start, List<Integer> others, int post) {
        String attnOut = path.get(start).branch;
        String mid = null;
        String mlpOut = null;
        if (others.size() == 1) {
            int addition = others.getFirst();
            mlpOut = path.get(addition).branch;
            String between = path.get(addition - 1).value;
            mid = mlpOut != null && graph.reaches(mlpOut, Set.of(between), stream) ? between : null;
        } else if (others.isEmpty() && attnOut != null) {
            NodeProto both = graph.producer(attnOut);
            if (both != null && both.getOpType().equals("Add")) {
                boolean left = attends(graph, both.getInput(0), stream);
                boolean right = attends(graph, both.getInput(1), stream);
                if (left != right && both.getInputList().stream().noneMatch(graph::isConstant)) {
                    attnOut = both.getInput(left ? 0 : 1);
                    mlpOut = both.getInput(left ? 1 : 0);
                }
            }
        }
        Heads heads = attnOut == null ? null : Projections.before(graph, attnOut, stream);
        return new Layer(path.get(start - 1).value, attnOut, heads, mid, mlpOut, path.get(post).value);
    }

    private static boolean attends(OnnxGraph graph, String branch, Set<String> stream) {
        return graph.anyUpstream(branch, stream, n -> Projections.ATTENTION.contains(n.getOpType()));
    }
}
