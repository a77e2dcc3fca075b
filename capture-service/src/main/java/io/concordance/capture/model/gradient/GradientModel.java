package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.OnnxSession;
import io.concordance.capture.model.OnnxSession.Input;
import io.concordance.capture.model.OnnxSession.Values;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.graph.OnnxGraph;
import io.concordance.contracts.problem.FieldProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A model ready to give gradients of one target with respect to fixed source hooks, run by ONNX Runtime. A source
 * upstream of another gets the whole derivative, through the other one as well. Padding takes part like any other
 * position; weigh it with 0. Thread-safe.
 */
public final class GradientModel implements AutoCloseable {
    private static final long[] OFF = {1, 1, 1};

    private final OnnxSession session;
    private final GradientTarget target;
    private final int targetWidth;
    private final List<Integer> widths;
    private final List<String> activations;
    private final List<String> gradients;
    private final int nodes;

    private GradientModel(
            OnnxSession session, GradientTarget target, int targetWidth, List<Integer> widths, int nodes) {
        this.session = session;
        this.target = target;
        this.targetWidth = targetWidth;
        this.widths = List.copyOf(widths);
        this.nodes = nodes;
        this.activations = IntStream.range(0, widths.size())
                .mapToObj(GradientGraph::activations)
                .toList();
        this.gradients = IntStream.range(0, widths.size())
                .mapToObj(GradientGraph::gradient)
                .toList();
    }

    /**
     * @param onnx an unfused model
     * @param sources distinct tensors of the graph, {@code [batch, sequence, width]}
     * @param context longest input of the model, tokens
     * @throws FieldProblem on the empty field for a source that the target is not computed from, and for tensors of other
     *     shapes
     * @throws UnsupportedGradientException when a node between them has no gradient
     */
    public static GradientModel open(ModelProto onnx, List<String> sources, GradientTarget target, int context) {
        if (sources.isEmpty() || sources.stream().distinct().count() != sources.size()) {
            throw new FieldProblem("", sources, "one or more tensors, each once");
        }
        if (GradientGraph.opset(onnx) < Emitter.OLDEST_OPSET) {
            throw new FieldProblem(
                    "",
                    "operator set " + GradientGraph.opset(onnx),
                    "operator set " + Emitter.OLDEST_OPSET + " or later");
        }
        OnnxGraph graph = OnnxGraph.of(onnx);
        GradientPath path = GradientPath.between(graph, sources, target.tensor());
        List<String> described = new ArrayList<>(path.values(graph));
        sources.stream().filter(s -> !described.contains(s)).forEach(described::add);
        Map<String, ValueType> types = Trial.types(onnx, described, context);
        List<Integer> widths =
                sources.stream().map(s -> width(s, types.get(s), context)).toList();
        int targetWidth = width(target.tensor(), types.get(target.tensor()), context);
        ModelProto built = GradientGraph.build(onnx, sources, target, path, types);
        return new GradientModel(
                OnnxSession.open(built),
                target,
                targetWidth,
                widths,
                built.getGraph().getNodeCount() - onnx.getGraph().getNodeCount());
    }

    static int width(String tensor, @Nullable ValueType type, int context) {
        if (type == null || !Trial.isPerToken(type, context)) {
            throw new FieldProblem("", tensor, "a tensor of shape [batch, sequence, width]");
        }
        return Math.toIntExact(type.dims()[2]);
    }

    /** Columns of source {@code i}. */
    public int width(int i) {
        return widths.get(i);
    }

    /** Nodes of the graph, less those of the model itself. */
    int addedNodes() {
        return nodes;
    }

    /** Columns of the target. */
    public int targetWidth() {
        return targetWidth;
    }

    public Gradients of(TokenBatch batch, GradientSeed seed) {
        return of(batch, seed, Map.of());
    }

    /**
     * Gradients at activations that are moved.
     *
     * @param deltas by index of the source, what is added to its activations, {@code [batch, sequence, width]}; none adds
     *     nothing
     * @throws IllegalArgumentException when sizes do not fit the batch, or the seed not the target
     */
    public Gradients of(TokenBatch batch, GradientSeed seed, Map<Integer, float[]> deltas) {
        List<Input> inputs = new ArrayList<>(SeedInputs.of(batch, target, seed, targetWidth));
        for (int i = 0; i < widths.size(); i++) {
            float[] delta = deltas.get(i);
            long[] shape = {batch.rows(), batch.length(), width(i)};
            if (delta != null && delta.length != shape[0] * shape[1] * shape[2]) {
                throw new IllegalArgumentException("delta of source " + i + " has " + delta.length + " values");
            }
            inputs.add(
                    delta == null
                            ? new Input.Floats(GradientGraph.delta(i), OFF, new float[1])
                            : new Input.Floats(GradientGraph.delta(i), shape, delta));
        }
        List<String> outputs = new ArrayList<>(List.of(GradientGraph.VALUE));
        outputs.addAll(activations);
        outputs.addAll(gradients);
        Map<String, Values> run = session.run(batch, inputs, outputs);
        float[] values = values(run, GradientGraph.VALUE);
        return new Gradients(
                dot(values, SeedInputs.weights(seed)),
                values,
                activations.stream().map(output -> values(run, output)).toList(),
                gradients.stream().map(output -> values(run, output)).toList());
    }

    private static float[] values(Map<String, Values> run, String output) {
        Values values = run.get(output);
        if (values == null) {
            throw new IllegalStateException(output);
        }
        return values.data();
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            // A position of weight 0 may hold an infinite log-probability.
            sum += b[i] == 0 ? 0 : (double) a[i] * b[i];
        }
        return sum;
    }

    @Override
    public void close() {
        session.close();
    }
}
