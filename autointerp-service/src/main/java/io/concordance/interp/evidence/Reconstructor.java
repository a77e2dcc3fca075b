package io.concordance.interp.evidence;

import io.concordance.contracts.dictionary.Dictionary;

/** Takes what a dictionary reconstructs off the rows that it read. Not thread-safe. */
final class Reconstructor {
    private final float[] decoder;
    private final float[] bias;
    private final float[] error;

    Reconstructor(Dictionary dictionary) {
        this.decoder = dictionary.decoder();
        this.bias = dictionary.decoderBias();
        this.error = new float[dictionary.width()];
    }

    /**
     * Adds rows to the sums.
     *
     * @param block rows that were read, {@code [count, d]}
     * @param firings of the shard so far; those from {@code fired} on are of this block
     * @param first the block's first row in the shard
     * @param groups of the shard's rows; {@link Residuals#NONE} for those to leave out
     */
    void add(float[] block, int count, Firings firings, int fired, int first, int[] groups, Residuals sums) {
        int width = error.length;
        int at = fired;
        for (int r = 0; r < count; r++) {
            int begin = at;
            while (at < firings.size() && firings.rowAt(at) == first + r) {
                at++;
            }
            if (groups[first + r] != Residuals.NONE) {
                subtract(block, r * width, firings, begin, at);
                sums.add(groups[first + r], block, r * width, error);
            }
        }
    }

    private void subtract(float[] block, int row, Firings firings, int begin, int end) {
        int width = error.length;
        for (int c = 0; c < width; c++) {
            error[c] = block[row + c] - bias[c];
        }
        for (int at = begin; at < end; at++) {
            float value = firings.valueAt(at);
            int from = firings.featureAt(at) * width;
            for (int c = 0; c < width; c++) {
                error[c] -= value * decoder[from + c];
            }
        }
    }
}
