package io.concordance.trainer.stream;

/**
 * A position in the row stream and what cannot be read again from there.
 *
 * @param epoch passes over all shards completed
 * @param window index of the current window, from 0 over the whole run
 * @param slot first slot of the window in {@link ShardOrder}
 * @param firstRow canonical index of the window's first row in its epoch
 * @param batches batches of the window already used
 * @param leftover rows carried into the window
 * @param seen bitmap of {@link Coverage}
 * @param pairs counted so far
 */
public record StreamState(
        int epoch, int window, int slot, long firstRow, int batches, Leftover leftover, byte[] seen, PairCounts pairs) {

    public static StreamState start() {
        return new StreamState(0, 0, 0, 0, 0, Leftover.NONE, new byte[0], PairCounts.NONE);
    }
}
