package io.concordance.kit.store;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** A few arrays that are used again, since new ones of many megabytes cost a heap more than filling them. Thread-safe. */
final class Copies {
    private static final int KEPT = 4;
    private static final int GRAIN = 1 << 20;

    private final BlockingQueue<byte[]> idle = new ArrayBlockingQueue<>(KEPT);

    /** An array of at least {@code length} bytes with any content. */
    byte[] take(int length) {
        byte[] copy = idle.poll();
        return copy != null && copy.length >= length ? copy : new byte[Math.ceilDiv(length, GRAIN) * GRAIN];
    }

    void giveBack(byte[] copy) {
        // Where enough are kept this one is left to the collector.
        idle.offer(copy);
    }
}
