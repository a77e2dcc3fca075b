package io.concordance.contracts.release;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Random;

/**
 * Golden vectors: activations and the pre-activations that a monitor must reproduce before it arms. Pre-activations, not
 * activations: every value then tests the arithmetic, and none sits on a threshold where rounding could flip it.
 *
 * @param count g
 * @param inputs {@code [g, d]} row-major
 * @param expected {@code [g, n]} row-major
 */
@SuppressWarnings("ArrayRecordComponent") // equality is by digest of the tensors they are part of
public record Golden(int count, float[] inputs, float[] expected) {
    /** Largest difference that passes, relative to the feature's largest expected magnitude. */
    public static final double TOLERANCE = 1e-4;

    private static final int RANDOM_INPUTS = 8;

    public Golden {
        if (count < 1) {
            throw new FieldProblem("golden", count, "at least one vector");
        }
    }

    /**
     * One input a feature on which it exceeds its threshold, and eight random ones. A function of its arguments alone.
     *
     * @throws FieldProblem when an encoder row is zero: such a feature can never fire
     */
    static Golden generate(float[] encoder, float[] encoderBias, float[] decoderBias, float[] threshold, long seed) {
        int width = decoderBias.length;
        int features = encoderBias.length;
        int count = features + RANDOM_INPUTS;
        float[] inputs = new float[count * width];
        double spread = 0;
        for (int j = 0; j < features; j++) {
            double norm = 0;
            for (int i = 0; i < width; i++) {
                norm += (double) encoder[j * width + i] * encoder[j * width + i];
            }
            if (!(norm > 0)) {
                throw new FieldProblem("encoder", "a zero row for feature " + j, "rows that are not zero");
            }
            // Along the encoder row, far enough that the pre-activation is 1.5 thresholds and a little.
            double step = (1.5 * threshold[j] + 1e-3 * Math.sqrt(norm) - encoderBias[j]) / norm;
            for (int i = 0; i < width; i++) {
                inputs[j * width + i] = (float) (decoderBias[i] + step * encoder[j * width + i]);
            }
            spread += (threshold[j] + Math.abs(encoderBias[j])) / Math.sqrt(norm) / features;
        }
        Random random = new Random(seed);
        double scale = Math.max(spread, 1e-3);
        for (int i = features * width; i < inputs.length; i++) {
            inputs[i] = (float) (decoderBias[i % width] + scale * (2 * random.nextDouble() - 1));
        }
        FeatureReader reader = new FeatureReader(encoder, encoderBias, decoderBias);
        return new Golden(count, inputs, reader.read(inputs, count));
    }

    /**
     * Reads the inputs and compares.
     *
     * @throws Refusal {@code GOLDEN} at the first value that is off by more than {@link #TOLERANCE}
     */
    void replay(FeatureReader reader, int features) {
        float[] actual = reader.read(inputs, count);
        for (int j = 0; j < features; j++) {
            double largest = 0;
            for (int g = 0; g < count; g++) {
                largest = Math.max(largest, Math.abs(expected[g * features + j]));
            }
            for (int g = 0; g < count; g++) {
                double delta = Math.abs((double) actual[g * features + j] - expected[g * features + j]);
                if (!(delta <= TOLERANCE * largest)) {
                    throw new Refusal(
                            Refusal.Reason.GOLDEN,
                            "golden vector " + g + ", feature " + j + ": computed " + actual[g * features + j]
                                    + ", expected " + expected[g * features + j]);
                }
            }
        }
    }
}
