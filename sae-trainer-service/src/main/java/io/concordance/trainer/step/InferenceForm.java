package io.concordance.trainer.step;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.trainer.kernel.Parameter;
import io.concordance.trainer.kernel.Quantity;
import io.concordance.trainer.kernel.StepKernels;
import java.util.Arrays;

/**
 * Between what trains and what ships. Training sees rows multiplied by a scale s; the inference form sees raw rows. s is
 * folded into the biases and the threshold, which are divided by it, so that encoder and unit-norm decoder stay as trained
 * and activations come out in raw units.
 */
final class InferenceForm {
    /** A decoder row this close to unit length is taken as it is. */
    private static final double UNIT = 1e-4;

    private InferenceForm() {}

    /**
     * @param threshold running mean of the selection's border, in scaled units
     */
    static Dictionary of(StepKernels kernels, TrainConfig config, float scale, double threshold, DictionaryInfo info) {
        return new Dictionary(
                kernels.shape().width(),
                config.width(),
                kernels.get(Parameter.ENCODER, Quantity.VALUE),
                scaled(kernels.get(Parameter.ENCODER_BIAS, Quantity.VALUE), scale),
                kernels.get(Parameter.DECODER, Quantity.VALUE),
                scaled(kernels.get(Parameter.DECODER_BIAS, Quantity.VALUE), scale),
                thresholds(kernels, config, scale, threshold),
                info);
    }

    private static float[] scaled(float[] values, float scale) {
        for (int i = 0; i < values.length; i++) {
            values[i] /= scale;
        }
        return values;
    }

    private static float[] thresholds(StepKernels kernels, TrainConfig config, float scale, double threshold) {
        float[] thresholds = new float[config.width()];
        switch (config.activation()) {
            case STANDARD -> Arrays.fill(thresholds, 0);
            case TOPK, BATCHTOPK, MATRYOSHKA -> Arrays.fill(thresholds, (float) (threshold / scale));
            case JUMPRELU -> {
                float[] logarithms = kernels.get(Parameter.THRESHOLD, Quantity.VALUE);
                for (int f = 0; f < thresholds.length; f++) {
                    thresholds[f] = (float) (StrictMath.exp(logarithms[f]) / scale);
                }
            }
        }
        return thresholds;
    }

    /**
     * Puts a dictionary's parameters where training goes on from them: scaled, decoder rows of unit length with what was
     * taken from them given to the encoder.
     *
     * @throws FieldProblem when it is of another shape
     */
    static void load(Dictionary dictionary, StepKernels kernels, float scale) {
        int width = kernels.shape().width();
        int features = kernels.shape().features();
        if (dictionary.width() != width || dictionary.features() != features) {
            throw new FieldProblem(
                    "from",
                    dictionary.features() + " features of " + dictionary.width() + " values",
                    features + " features of " + width + " values");
        }
        float[] encoder = dictionary.encoder().clone();
        float[] encoderBias = dictionary.encoderBias().clone();
        float[] decoder = dictionary.decoder().clone();
        float[] decoderBias = dictionary.decoderBias().clone();
        float[] logarithms = new float[features];
        for (int f = 0; f < features; f++) {
            float norm = norm(decoder, f * width, width);
            for (int c = f * width; c < (f + 1) * width; c++) {
                encoder[c] *= norm;
                decoder[c] /= norm;
            }
            encoderBias[f] *= norm * scale;
            logarithms[f] =
                    (float) StrictMath.log(Math.max(dictionary.threshold()[f] * norm * scale, Float.MIN_NORMAL));
        }
        for (int c = 0; c < width; c++) {
            decoderBias[c] *= scale;
        }
        kernels.put(Parameter.ENCODER, Quantity.VALUE, encoder);
        kernels.put(Parameter.ENCODER_BIAS, Quantity.VALUE, encoderBias);
        kernels.put(Parameter.DECODER, Quantity.VALUE, decoder);
        kernels.put(Parameter.DECODER_BIAS, Quantity.VALUE, decoderBias);
        kernels.put(Parameter.THRESHOLD, Quantity.VALUE, logarithms);
    }

    /** Length of a decoder row, exactly 1 where it is close to that or there is no direction. */
    private static float norm(float[] decoder, int from, int width) {
        double squares = 0;
        for (int c = from; c < from + width; c++) {
            squares += (double) decoder[c] * decoder[c];
        }
        double norm = Math.sqrt(squares);
        return norm == 0 || Math.abs(norm - 1) < UNIT ? 1 : (float) norm;
    }
}
