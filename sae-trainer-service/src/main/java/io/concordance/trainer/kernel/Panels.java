package io.concordance.trainer.kernel;

import java.util.Arrays;

/**
 * Rows and features in the order the tiles read them: rows in blocks [blocks, width, tile rows], features in panels
 * [panels, width, tile features] with a bias each. Missing features of the last panel have bias -infinity, so that no
 * rule can select them.
 */
final class Panels {
    static final int ROWS = VectorOps.WIDE ? Tile512.ROWS : Tile256.ROWS;
    static final int FEATURES = VectorOps.WIDE ? Tile512.FEATURES : Tile256.FEATURES;

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

    /** Packs block {@code b} of rows; rows past {@code rows} are zero. */
    static void packRows(int b, float[] source, int rows, int width, int stride, float[] target) {
        int base = b * ROWS * width;
        int present = Math.min(ROWS, rows - b * ROWS);
        if (present < ROWS) {
            Arrays.fill(target, base, base + ROWS * width, 0);
        }
        for (int r = 0; r < present; r++) {
            int row = (b * ROWS + r) * stride;
            for (int k = 0; k < width; k++) {
                target[base + k * ROWS + r] = source[row + k];
            }
        }
    }

    /** One tile of pre-activations without bias, [ROWS, FEATURES]. */
    static void multiply(float[] rows, int block, float[] weights, int panel, int width, float[] tile) {
        if (VectorOps.WIDE) {
            Tile512.multiply(rows, block * ROWS * width, weights, panel * FEATURES * width, width, tile);
        } else {
            Tile256.multiply(rows, block * ROWS * width, weights, panel * FEATURES * width, width, tile);
        }
    }
}
