package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.OnnxSession;
import io.concordance.capture.model.OnnxSession.Input;
import io.concordance.capture.model.OnnxSession.Values;
import io.concordance.capture.model.TokenBatch;
import io.concordance.contracts.problem.FieldProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a model makes of given values of one hook: only what lies behind the hook is run. Rows of a batch may carry
 * different changes of the same document, so that many ablations share a run and a session. Thread-safe.
 */
public final class DownstreamModel implements AutoCloseable {
    private final OnnxSession session;
    private final GradientTarget target;
    private final int width;
    private final int targetWidth;

    private DownstreamModel(OnnxSession session, GradientTarget target, int width, int targetWidth) {
        this.session = session;
        this.target = target;
        this.width = width;
        this.targetWidth = targetWidth;
    }

    /**
     * @param source tensor of the graph, {@code [batch, sequence, width]}
     * @param context longest input of the model, tokens
     * @throws FieldProblem on the empty field when the target is not computed from the source, or it has another shape
     * @throws UnsupportedGradientException when the source cannot be set alone
     */
    public static DownstreamModel open(ModelProto onnx, String source, GradientTarget target, int context) {
        Map<String, ValueType> types =
                Trial.types(onnx, Stream.of(source, target.tensor()).distinct().toList(), context);
        int width = GradientModel.width(source, types.get(source), context);
        int targetWidth = GradientModel.width(target.tensor(), types.get(target.tensor()), context);
        ModelProto built = DownstreamGraph.build(onnx, source, target, types);
        return new DownstreamModel(OnnxSession.open(built), target, width, targetWidth);
    }

    /** Columns of the hook. */
    public int width() {
        return width;
    }

    /**
     * The target of every row, as {@link Gradients#values}.
     *
     * @param given values of the hook, {@code [batch, sequence, width]}
     * @param seed says what of the target is meant; its weights are not looked at
     */
    public float[] of(TokenBatch batch, float[] given, GradientSeed seed) {
        long[] shape = {batch.rows(), batch.length(), width};
        if (given.length != shape[0] * shape[1] * shape[2]) {
            throw new IllegalArgumentException("the hook has " + given.length + " values");
        }
        List<Input> inputs = new ArrayList<>(SeedInputs.ofValue(batch, target, seed, targetWidth));
        inputs.add(new Input.Floats(DownstreamGraph.GIVEN, shape, given));
        Values values = session.run(batch, inputs, List.of(GradientGraph.VALUE)).get(GradientGraph.VALUE);
        if (values == null) {
            throw new IllegalStateException(GradientGraph.VALUE);
        }
        return values.data();
    }

    @Override
    public void close() {
        session.close();
    }
}
