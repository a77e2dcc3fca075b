package io.concordance.capture.generation;

/**
 * Random numbers by counting: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2,
 * 3", SC 2011). A number depends on key and counter only, so draws may be made in any order.
 */
final class Philox {
    private static final int ROUNDS = 10;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;

    private Philox() {}

    /**
     * Four words of 32 bits.
     *
     * @param counter four words
     */
    static int[] words(int[] counter, long key) {
        int[] c = counter.clone();
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = MULTIPLIER_0 * Integer.toUnsignedLong(c[0]);
            long p1 = MULTIPLIER_1 * Integer.toUnsignedLong(c[2]);
            c = new int[] {(int) (p1 >>> 32) ^ c[1] ^ k0, (int) p1, (int) (p0 >>> 32) ^ c[3] ^ k1, (int) p0};
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        return c;
    }

    /** A number in {@code [0, 1)} of 53 bits. */
    static double uniform(long key, long stream, long step) {
        int[] words = words(new int[] {(int) step, (int) (step >>> 32), (int) stream, (int) (stream >>> 32)}, key);
        long bits = Integer.toUnsignedLong(words[0]) << 32 | Integer.toUnsignedLong(words[1]);
        return (bits >>> 11) * 0x1.0p-53;
    }
}
