package io.concordance.trainer.stream;

import io.concordance.trainer.step.KeyedRandom;

/**
 * Rows that are shuffled together: those left over from the window before, then the shards' rows in order.
 *
 * @param rows [count, width]
 * @param indices canonical row indices, [count]
 * @param leftover how many rows at the front were carried in
 */
record Window(float[] rows, long[] indices, int leftover, KeyedPermutation order) {

    static Window of(float[] rows, long[] indices, int leftover, long seed, int epoch, int window) {
        return new Window(
                rows, indices, leftover, new KeyedPermutation(indices.length, KeyedRandom.hash(seed, epoch, window)));
    }

    int count() {
        return indices.length;
    }

    /** Copies the row at shuffled place {@code place} and returns its canonical index. */
    long copy(int place, int width, float[] target, int targetRow) {
        int source = order.at(place);
        System.arraycopy(rows, source * width, target, targetRow * width, width);
        return indices[source];
    }
}
