package io.concordance.capture.model.gradient;

import io.concordance.capture.model.OnnxSession.Input;
import io.concordance.capture.model.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The inputs that {@link TargetNodes} declares, from a seed that fits the target. */
final class SeedInputs {
    private SeedInputs() {}

    /** Of value and cotangent. */
    static List<Input> of(TokenBatch batch, GradientTarget target, GradientSeed seed, int targetWidth) {
        List<Input> inputs = new ArrayList<>(ofValue(batch, target, seed, targetWidth));
        float[] weights = weights(seed);
        if (seed instanceof GradientSeed.Cotangent) {
            long[] shape = {batch.rows(), batch.length(), targetWidth};
            require(weights.length == shape[0] * shape[1] * shape[2], "a cotangent of the target's shape");
            inputs.add(new Input.Floats(GradientGraph.COTANGENT, shape, weights));
        } else {
            require(weights.length == batch.ids().length, batch.ids().length + " weights");
            inputs.add(new Input.Floats(GradientGraph.WEIGHTS, perToken(batch), weights));
        }
        return inputs;
    }

    /** Of the value alone. */
    static List<Input> ofValue(TokenBatch batch, GradientTarget target, GradientSeed seed, int targetWidth) {
        return switch (seed) {
            case GradientSeed.Cotangent c when target instanceof GradientTarget.Tensor -> List.of();
            case GradientSeed.LogProbability(long[] tokens, float[] weights)
            when target instanceof GradientTarget.LogProbability -> {
                require(tokens.length == batch.ids().length, batch.ids().length + " tokens");
                yield List.of(new Input.Longs(GradientGraph.TOKENS, perToken(batch), tokens));
            }
            case GradientSeed.LogOdds(int[] tokens, float[] weights)
            when target instanceof GradientTarget.LogOdds -> {
                float[] inside = new float[targetWidth];
                float[] outside = new float[targetWidth];
                Arrays.fill(inside, TargetNodes.LEFT_OUT);
                for (int token : tokens) {
                    inside[token] = 0;
                    outside[token] = TargetNodes.LEFT_OUT;
                }
                long[] shape = {targetWidth};
                yield List.of(
                        new Input.Floats(GradientGraph.INSIDE, shape, inside),
                        new Input.Floats(GradientGraph.OUTSIDE, shape, outside));
            }
            default ->
                throw new IllegalArgumentException(
                        "a seed of " + seed.getClass().getSimpleName() + " does not fit " + target);
        };
    }

    private static long[] perToken(TokenBatch batch) {
        return new long[] {batch.rows(), batch.length()};
    }

    private static void require(boolean holds, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("expected " + expected);
        }
    }

    static float[] weights(GradientSeed seed) {
        return switch (seed) {
            case GradientSeed.Cotangent(float[] values) -> values;
            case GradientSeed.LogProbability(long[] tokens, float[] weights) -> weights;
            case GradientSeed.LogOdds(int[] tokens, float[] weights) -> weights;
        };
    }
}
