package io.concordance.trainer.kernel;

import static io.concordance.contracts.kernel.Tiles.FEATURES;

/**
 * Features in the panels that tiles read, [panels, width, tile features], with a bias each. Missing features of the last panel have bias -infinity, so that no
 * rule can select them.
 */
final class Panels {
    private final int width;
    float[] weights = new float[0];
    float[] bias = new float[0];
    int panels;

    Panels(int width) {
        this.width = width;
    }

    void resize(int features) {
        panels = (features + FEATURES - 1) / FEATURES;
        if (weights.length < panels * FEATURES * width) {
            weights = new float[panels * FEATURES * width];
            bias = new float[panels * FEATURES];
        }
    }

    /** Packs panel {@code p} of the features {@code source[from + i]}, or of all features in order when it is empty. */
    void pack(int p, int[] source, int features, float[] encoder, float[] encoderBias, int stride) {
        int base = p * FEATURES * width;
        for (int j = 0; j < FEATURES; j++) {
            int at = p * FEATURES + j;
            if (at < features) {
                int feature = source.length == 0 ? at : source[at];
                int row = feature * stride;
                for (int k = 0; k < width; k++) {
                    weights[base + k * FEATURES + j] = encoder[row + k];
                }
                bias[at] = encoderBias[feature];
            } else {
                for (int k = 0; k < width; k++) {
                    weights[base + k * FEATURES + j] = 0;
                }
                bias[at] = Float.NEGATIVE_INFINITY;
            }
        }
    }
}
