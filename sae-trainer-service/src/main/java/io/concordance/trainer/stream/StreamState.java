package io.concordance.trainer.stream;

/**
 * A position in the row stream and what cannot be read again from there.
 *
 * @param epoch passes over all shards completed
 * @param window index of the current window, from 0 over the whole run
 * @param slot first slot of the window in {@link ShardOrder}
 * @param firstRow canonical index of the window's first row in its epoch
 * @param batches batches of the window already used
 * @param leftover rows carried into the window, [n, width]
 * @param leftoverRows their canonical indices, -1 for rows past the first epoch, [n]
 * @param seen bitmap of {@link Coverage}
 */
public record StreamState(
        int epoch,
        int window,
        int slot,
        long firstRow,
        int batches,
        float[] leftover,
        long[] leftoverRows,
        byte[] seen) {

    public static StreamState start() {
        return new StreamState(0, 0, 0, 0, 0, new float[0], new long[0], new byte[0]);
    }
}
