package io.concordance.trainer.stream;

import io.concordance.trainer.step.KeyedRandom;

/**
 * A permutation of [0, n) computed pointwise from a key: a Feistel network over the next even power of two, walked until
 * it lands inside (Black and Rogaway 2002). Nothing to store, so a position in it is all a checkpoint needs.
 */
public final class KeyedPermutation {
    private static final int ROUNDS = 6;

    private final int size;
    private final long key;
    private final int halfBits;
    private final long mask;

    public KeyedPermutation(int size, long key) {
        if (size <= 0) {
            throw new IllegalArgumentException("size: given " + size + ", allowed > 0");
        }
        this.size = size;
        this.key = key;
        int bits = Math.max(2, 32 - Integer.numberOfLeadingZeros(size - 1));
        this.halfBits = (bits + 1) / 2;
        this.mask = (1L << halfBits) - 1;
    }

    /** The image of {@code index}. */
    public int at(int index) {
        long value = index;
        do {
            value = shuffle(value);
        } while (value >= size);
        return (int) value;
    }

    private long shuffle(long value) {
        long left = value >>> halfBits;
        long right = value & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ KeyedRandom.mix(key + round * 0x9E3779B97F4A7C15L ^ KeyedRandom.mix(right)) & mask;
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }
}
