package io.concordance.interp.encode;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.kernel.Tiles;
import java.util.Arrays;

/**
 * A dictionary's encoder in the order the tiles read it: {@code [panels, width, tile features]}, with bias and threshold of
 * each feature. Missing features of the last panel have an infinite threshold, so that they never fire. Shared by threads.
 */
final class Panels {
    final int width;
    final int panels;
    final float[] weights;
    final float[] bias;
    final float[] threshold;
    final float[] centre;

    Panels(Dictionary dictionary) {
        width = dictionary.width();
        int features = dictionary.features();
        panels = (features + Tiles.FEATURES - 1) / Tiles.FEATURES;
        weights = new float[Math.multiplyExact(Math.multiplyExact(panels, Tiles.FEATURES), width)];
        bias = Arrays.copyOf(dictionary.encoderBias(), panels * Tiles.FEATURES);
        threshold = Arrays.copyOf(dictionary.threshold(), panels * Tiles.FEATURES);
        Arrays.fill(threshold, features, threshold.length, Float.POSITIVE_INFINITY);
        centre = dictionary.decoderBias().clone();
        for (int j = 0; j < features; j++) {
            int base = j / Tiles.FEATURES * Tiles.FEATURES * width + j % Tiles.FEATURES;
            for (int i = 0; i < width; i++) {
                weights[base + i * Tiles.FEATURES] = dictionary.encoder()[j * width + i];
            }
        }
    }
}
