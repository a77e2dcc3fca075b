package io.concordance.trainer.step;

/** Random numbers as a function of key and position (splitmix64), the same on every platform and JDK. */
public final class KeyedRandom {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final double UNIT = 0x1.0p-53;

    private KeyedRandom() {}

    /** One 64-bit hash of several numbers; order matters. */
    public static long hash(long... parts) {
        long h = 0;
        for (long part : parts) {
            h = mix(h + GOLDEN + mix(part));
        }
        return h;
    }

    /** The finaliser of splitmix64 (Steele, Lea and Flood 2014). */
    public static long mix(long z) {
        long a = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ a >>> 27) * 0x94D049BB133111EBL;
        return b ^ b >>> 31;
    }

    /** The standard normal number at {@code position} of the stream {@code key} (Box and Muller 1958). */
    public static double gaussian(long key, long position) {
        double u = ((mix(key + 2 * position * GOLDEN) >>> 11) + 1) * UNIT;
        double v = (mix(key + (2 * position + 1) * GOLDEN) >>> 11) * UNIT;
        return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * v);
    }
}
