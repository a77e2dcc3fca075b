package io.concordance.trainer.kernel;

import java.util.Arrays;
import java.util.Random;

/** Random weights and rows for one step, the same for every implementation. */
final class StepFixture {
    final KernelShape shape;
    final float[] rows;
    private final float[] encoder;
    private final float[] encoderBias;
    private final float[] decoder;
    private final float[] decoderBias;
    private final float[] thresholds;

    StepFixture(KernelShape shape, long seed) {
        System.out.println("step fixture " + shape + " seed " + seed);
        this.shape = shape;
        Random random = new Random(seed);
        rows = gaussians(random, shape.batch() * shape.width(), 1);
        encoder = gaussians(random, shape.features() * shape.width(), 1 / Math.sqrt(shape.width()));
        encoderBias = gaussians(random, shape.features(), 0.1);
        decoder = gaussians(random, shape.features() * shape.width(), 1);
        for (int f = 0; f < shape.features(); f++) {
            double norm = 0;
            for (int c = 0; c < shape.width(); c++) {
                norm += Math.pow(decoder[f * shape.width() + c], 2);
            }
            for (int c = 0; c < shape.width(); c++) {
                decoder[f * shape.width() + c] /= (float) Math.sqrt(norm);
            }
        }
        decoderBias = gaussians(random, shape.width(), 0.2);
        thresholds = gaussians(random, shape.features(), 0.5);
    }

    private static float[] gaussians(Random random, int n, double scale) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) (random.nextGaussian() * scale);
        }
        return values;
    }

    void load(StepKernels kernels) {
        kernels.put(Parameter.ENCODER, Quantity.VALUE, encoder);
        kernels.put(Parameter.ENCODER_BIAS, Quantity.VALUE, encoderBias);
        kernels.put(Parameter.DECODER, Quantity.VALUE, decoder);
        kernels.put(Parameter.DECODER_BIAS, Quantity.VALUE, decoderBias);
        kernels.put(Parameter.THRESHOLD, Quantity.VALUE, thresholds);
    }

    /** Every seventh feature stands for a dead one. */
    int[] dead() {
        int[] dead = new int[(shape.features() + 6) / 7];
        Arrays.setAll(dead, i -> i * 7);
        return dead;
    }
}
