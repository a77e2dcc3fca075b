package io.concordance.interp.evidence;

import java.util.Arrays;

/** Counts of activations in bins half an octave wide: bin {@code b} is {@code [2^((b-64)/2), 2^((b-63)/2))}. */
public final class Density {
    public static final int BINS = 128;
    private static final int OFFSET = 64;
    private static final int MANTISSA_BITS = 23;
    private static final int MANTISSA = (1 << MANTISSA_BITS) - 1;
    private static final int BIAS = 127;
    private static final int SQRT2 = Float.floatToRawIntBits((float) Math.sqrt(2)) & MANTISSA;

    private final long[] counts = new long[BINS];

    /** @param value not negative */
    static int bin(float value) {
        int bits = Float.floatToRawIntBits(value);
        int bin = OFFSET + 2 * ((bits >>> MANTISSA_BITS) - BIAS) + ((bits & MANTISSA) >= SQRT2 ? 1 : 0);
        return Math.clamp(bin, 0, BINS - 1);
    }

    void add(int bin, int count) {
        counts[bin] += count;
    }

    void write(Wire.Out out) {
        int held = 0;
        for (long count : counts) {
            held += count > 0 ? 1 : 0;
        }
        out.count(held);
        for (int b = 0; b < BINS; b++) {
            if (counts[b] > 0) {
                out.count(b);
                out.count(counts[b]);
            }
        }
    }

    void read(Wire.In in) {
        int held = in.count();
        for (int i = 0; i < held; i++) {
            counts[Math.min(in.count(), BINS - 1)] = in.number();
        }
    }

    public long count(int bin) {
        return counts[bin];
    }

    public long[] counts() {
        return Arrays.copyOf(counts, BINS);
    }

    /** Lower edge of a bin; the lowest and highest bins also hold what lies beyond them. */
    public static double edge(int bin) {
        return Math.pow(2, (bin - OFFSET) / 2d);
    }
}
