package io.concordance.capture.model;

import io.concordance.contracts.dictionary.Dictionary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A change of a hook's value {@code h} at a token, as weights of a slot of
 * {@link io.concordance.capture.model.graph.EditSurgery}. Weights lie outside the heap, shared by all runs. Immutable.
 */
public final class Edit {
    private final int width;
    private final int features;
    private final MemorySegment keep;
    private final MemorySegment delta;
    private final MemorySegment centre;
    private final MemorySegment encoder;
    private final MemorySegment bias;
    private final MemorySegment threshold;
    private final MemorySegment decoder;
    private final long k;
    private final boolean topK;

    private Edit(
            float keep,
            float[] delta,
            float[] centre,
            float[] encoder,
            float[] bias,
            float[] threshold,
            float[] decoder,
            int k,
            boolean topK) {
        this.width = delta.length;
        this.features = bias.length;
        this.keep = outside(keep);
        this.delta = outside(delta);
        this.centre = outside(centre);
        this.encoder = outside(encoder);
        this.bias = outside(bias);
        this.threshold = outside(threshold);
        this.decoder = outside(decoder);
        this.k = k;
        this.topK = topK;
    }

    /** {@code h' = h + delta}. */
    public static Edit add(float[] delta) {
        return linear(1, delta);
    }

    /** {@code h' = 0}. */
    public static Edit zero(int width) {
        return linear(0, new float[width]);
    }

    private static Edit linear(float keep, float[] delta) {
        int width = delta.length;
        return new Edit(
                keep,
                delta,
                new float[width],
                new float[width],
                new float[1],
                new float[1],
                new float[width],
                1,
                false);
    }

    /**
     * {@code h' = h - (h · u) u}: the part of {@code h} along a direction is gone.
     *
     * @param unit u, of length 1
     */
    public static Edit project(float[] unit) {
        return new Edit(
                1,
                new float[unit.length],
                new float[unit.length],
                unit,
                new float[1],
                new float[] {Float.NEGATIVE_INFINITY},
                negative(unit),
                1,
                false);
    }

    /** {@code h' = h - Σ_j z_j decoder_j} over some features of a dictionary: its reconstruction error stays in. */
    public static Edit ablate(Dictionary dictionary, int[] features) {
        int width = dictionary.width();
        if (isTopK(dictionary)) {
            float[] decoder = new float[dictionary.decoder().length];
            for (int j : features) {
                for (int i = j * width; i < (j + 1) * width; i++) {
                    decoder[i] = -dictionary.decoder()[i];
                }
            }
            return ofTopK(dictionary, 1, new float[width], decoder);
        }
        int n = features.length;
        float[] encoder = new float[width * n];
        float[] bias = new float[n];
        float[] threshold = new float[n];
        float[] decoder = new float[n * width];
        for (int f = 0; f < n; f++) {
            int j = features[f];
            bias[f] = dictionary.encoderBias()[j];
            threshold[f] = dictionary.threshold()[j];
            for (int i = 0; i < width; i++) {
                encoder[i * n + f] = dictionary.encoder()[j * width + i];
                decoder[f * width + i] = -dictionary.decoder()[j * width + i];
            }
        }
        return new Edit(1, new float[width], dictionary.decoderBias(), encoder, bias, threshold, decoder, n, false);
    }

    /** {@code h' = decoderBias + Σ_j z_j decoder_j}: the dictionary's reconstruction in place of the value. */
    public static Edit reconstruct(Dictionary dictionary) {
        if (isTopK(dictionary)) {
            return ofTopK(dictionary, 0, dictionary.decoderBias(), dictionary.decoder());
        }
        return new Edit(
                0,
                dictionary.decoderBias(),
                dictionary.decoderBias(),
                transposed(dictionary),
                dictionary.encoderBias(),
                dictionary.threshold(),
                dictionary.decoder(),
                dictionary.features(),
                false);
    }

    private static Edit ofTopK(Dictionary dictionary, float keep, float[] delta, float[] decoder) {
        return new Edit(
                keep,
                delta,
                dictionary.decoderBias(),
                transposed(dictionary),
                dictionary.encoderBias(),
                new float[dictionary.features()],
                decoder,
                dictionary.info().k(),
                true);
    }

    /** True for a dictionary that keeps the k largest positive features of a token, whatever their thresholds. */
    public static boolean isTopK(Dictionary dictionary) {
        return dictionary.info().architecture().equals("topk");
    }

    private static float[] transposed(Dictionary dictionary) {
        int width = dictionary.width();
        int features = dictionary.features();
        float[] encoder = new float[width * features];
        for (int j = 0; j < features; j++) {
            for (int i = 0; i < width; i++) {
                encoder[i * features + j] = dictionary.encoder()[j * width + i];
            }
        }
        return encoder;
    }

    private static float[] negative(float[] values) {
        float[] negative = Arrays.copyOf(values, values.length);
        for (int i = 0; i < negative.length; i++) {
            negative[i] = -negative[i];
        }
        return negative;
    }

    private static MemorySegment outside(float... values) {
        MemorySegment memory = Arena.ofAuto().allocate((long) values.length * Float.BYTES, Long.BYTES);
        MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
        return memory;
    }

    /** Values a token. */
    public int width() {
        return width;
    }

    int features() {
        return features;
    }

    MemorySegment keep() {
        return keep;
    }

    MemorySegment delta() {
        return delta;
    }

    MemorySegment centre() {
        return centre;
    }

    MemorySegment encoder() {
        return encoder;
    }

    MemorySegment bias() {
        return bias;
    }

    MemorySegment threshold() {
        return threshold;
    }

    MemorySegment decoder() {
        return decoder;
    }

    /** Features of a token that may fire. */
    long k() {
        return Math.min(k, features);
    }

    /** True when it needs a site that sorts. */
    public boolean topK() {
        return topK;
    }
}
