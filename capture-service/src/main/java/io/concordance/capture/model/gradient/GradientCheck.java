package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.concordance.capture.model.ModelRunException;
import io.concordance.capture.model.TokenBatch;
import io.concordance.contracts.problem.FieldProblem;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Holds the gradients of a model against central finite differences along one random direction at each of a few hooks.
 * For a direction of independent unit normals, the expected squared disagreement is the squared length of the error of
 * the whole gradient. The work is bounded by the number of runs, all of them of a few tokens, so that the same model
 * always gets the same answer.
 */
public final class GradientCheck {
    /** Largest disagreement that passes; finite differences in single precision are seldom better than 1e-4. */
    static final double TOLERANCE = 1e-2;

    private static final long SEED = 20260101;
    private static final int HOOKS = 3;
    private static final int TOKENS = 8;
    /** Steps, relative to the size of an activation: too large a step meets curvature, too small a one rounding. */
    private static final double[] STEPS = {3e-2, 1e-2, 3e-3};

    private final ModelProto model;
    private final int vocabulary;
    private final int context;

    /**
     * @param vocabulary ids that the model knows
     * @param context longest input of the model, tokens
     */
    public GradientCheck(ModelProto model, int vocabulary, int context) {
        this.model = model;
        this.vocabulary = vocabulary;
        this.context = context;
    }

    /**
     * Differentiates the log-probability of tokens if the model has logits, and the last tensor if not.
     *
     * @param tensors of the model's hooks in graph order, or any tensor early in the graph
     */
    public GradientSupport run(List<String> tensors) {
        List<String> distinct = tensors.stream().distinct().toList();
        List<String> outputs = model.getGraph().getOutputList().stream()
                .map(ValueInfoProto::getName)
                .toList();
        boolean logits = outputs.contains("logits");
        String last = logits ? "logits" : distinct.size() > 1 ? distinct.getLast() : outputs.getFirst();
        List<String> candidates =
                distinct.stream().filter(tensor -> !tensor.equals(last)).toList();
        if (candidates.isEmpty()) {
            return GradientSupport.none("no hook before " + last);
        }
        GradientTarget target = logits ? new GradientTarget.LogProbability(last) : new GradientTarget.Tensor(last);
        try (GradientModel gradients = GradientModel.open(model, spread(candidates), target, context)) {
            return compare(gradients, target, spread(candidates));
        } catch (UnsupportedGradientException | ModelRunException | FieldProblem e) {
            return GradientSupport.none(String.valueOf(e.getMessage()));
        }
    }

    /** The first, the last and what lies evenly between them. */
    private static List<String> spread(List<String> tensors) {
        int count = Math.min(HOOKS, tensors.size());
        return IntStream.range(0, count)
                .map(i -> count == 1 ? 0 : i * (tensors.size() - 1) / (count - 1))
                .mapToObj(tensors::get)
                .toList();
    }

    private GradientSupport compare(GradientModel gradients, GradientTarget target, List<String> sources) {
        Random random = new Random(SEED);
        int length = Math.min(TOKENS, context);
        TokenBatch batch =
                TokenBatch.of(List.of(random.ints(length, 0, vocabulary).toArray()));
        GradientSeed seed = target instanceof GradientTarget.LogProbability
                ? GradientSeed.LogProbability.ofNextTokens(batch)
                : new GradientSeed.Cotangent(normals(random, length * gradients.targetWidth()));
        double worst = 0;
        for (int i = 0; i < sources.size(); i++) {
            double error = error(gradients, batch, seed, i, STEPS, random);
            if (!Double.isFinite(error)) {
                return new GradientSupport(
                        false, "gradients at '" + sources.get(i) + "' are not finite", null, gradients.addedNodes());
            }
            worst = Math.max(worst, error);
        }
        boolean supported = worst <= TOLERANCE;
        String problem = supported ? null : "gradients differ from finite differences by more than " + TOLERANCE;
        return new GradientSupport(supported, problem, worst, gradients.addedNodes());
    }

    /** The smallest disagreement over the steps, relative to the length of the gradient. */
    static double error(
            GradientModel gradients, TokenBatch batch, GradientSeed seed, int source, double[] steps, Random random) {
        Gradients here = gradients.of(batch, seed);
        float[] gradient = here.gradients().get(source);
        float[] direction = normals(random, gradient.length);
        double size = Math.max(length(here.activations().get(source)) / Math.sqrt(gradient.length), Float.MIN_NORMAL);
        double exact = 0;
        for (int i = 0; i < gradient.length; i++) {
            exact += (double) gradient[i] * direction[i];
        }
        double best = Double.POSITIVE_INFINITY;
        for (double step : steps) {
            double up = moved(gradients, batch, seed, source, direction, step * size);
            double down = moved(gradients, batch, seed, source, direction, -step * size);
            double difference = (up - down) / (2 * step * size);
            best = Math.min(best, Math.abs(exact - difference));
        }
        return best / Math.max(length(gradient), Float.MIN_NORMAL);
    }

    private static double moved(
            GradientModel gradients, TokenBatch batch, GradientSeed seed, int source, float[] direction, double step) {
        float[] delta = new float[direction.length];
        for (int i = 0; i < delta.length; i++) {
            delta[i] = (float) (step * direction[i]);
        }
        return gradients.of(batch, seed, Map.of(source, delta)).value();
    }

    private static double length(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    static float[] normals(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
