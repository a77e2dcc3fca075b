package io.concordance.contracts.dictionary;

import io.concordance.contracts.problem.FieldProblem;

/**
 * A feature dictionary (sparse autoencoder) in inference form, with a threshold for each feature (JumpReLU). It reads rows
 * {@code x} of {@code width} values, which are raw activations unless {@code input} says otherwise:
 *
 * <pre>
 * pre_j = encoder_j · (x - decoderBias) + encoderBias_j
 * z_j   = pre_j if pre_j > threshold_j, else 0
 * x̂     = decoderBias + Σ_j z_j decoder_j
 * </pre>
 *
 * <p>Arrays are held by reference and must not be changed.
 *
 * @param width values a row, d
 * @param features number of features, F
 * @param encoder {@code [F, d]} row-major
 * @param encoderBias {@code [F]}
 * @param decoder {@code [F, d]} row-major
 * @param decoderBias {@code [d]}
 * @param threshold {@code [F]}, each at least 0
 * @param input how {@code x} is made
 */
@SuppressWarnings("ArrayRecordComponent") // a large immutable value; equality is by digest of its files
public record Dictionary(
        int width,
        int features,
        float[] encoder,
        float[] encoderBias,
        float[] decoder,
        float[] decoderBias,
        float[] threshold,
        DictionaryInfo info,
        DictionaryInput input) {

    /** Of activations as they are. */
    public Dictionary(
            int width,
            int features,
            float[] encoder,
            float[] encoderBias,
            float[] decoder,
            float[] decoderBias,
            float[] threshold,
            DictionaryInfo info) {
        this(width, features, encoder, encoderBias, decoder, decoderBias, threshold, info, DictionaryInput.PLAIN);
    }

    public Dictionary {
        long weights = (long) features * width;
        check("encoder", encoder.length, weights);
        check("encoderBias", encoderBias.length, features);
        check("decoder", decoder.length, weights);
        check("decoderBias", decoderBias.length, width);
        check("threshold", threshold.length, features);
        if (input.positions() != null) {
            check("input.positions.width", input.positions().width(), width);
        }
    }

    private static void check(String field, int length, long expected) {
        if (length != expected) {
            throw new FieldProblem(field, length + " values", expected + " values");
        }
    }

    /** The same dictionary of rows made in another way. */
    public Dictionary reading(DictionaryInput other) {
        return new Dictionary(width, features, encoder, encoderBias, decoder, decoderBias, threshold, info, other);
    }

    /** The same dictionary, described otherwise. */
    public Dictionary described(DictionaryInfo other) {
        return new Dictionary(width, features, encoder, encoderBias, decoder, decoderBias, threshold, other, input);
    }

    /**
     * The reconstruction of one row from its active features, written to {@code target[0, width)}.
     *
     * @param count how many entries of {@code active} and {@code values} count
     */
    public void decode(int[] active, float[] values, int count, float[] target) {
        System.arraycopy(decoderBias, 0, target, 0, width);
        for (int a = 0; a < count; a++) {
            int row = active[a] * width;
            float z = values[a];
            for (int i = 0; i < width; i++) {
                target[i] = Math.fma(z, decoder[row + i], target[i]);
            }
        }
    }
}
