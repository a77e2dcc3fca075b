package io.concordance.interp.evidence;

import io.concordance.contracts.statistics.ExplainedVariance;
import java.util.Arrays;

/**
 * Moments of an activation by token position: single positions up to 127, then four buckets an octave. The number of rows
 * in each bucket is a property of the arm, see {@link ArmTotals#rowsByBucket()}. Memory grows with the highest bucket that
 * holds a firing.
 */
public final class Positions {
    private static final int SINGLE = 128;
    private static final int SINGLE_BITS = 7;
    private static final int QUARTERS = 4;
    private static final int STEP = 16;
    public static final int BUCKETS = SINGLE + QUARTERS * 14;

    private long[] firings = new long[0];
    private double[] sums = new double[0];
    private double[] squares = new double[0];

    public static int bucket(int position) {
        if (position < SINGLE) {
            return Math.max(0, position);
        }
        int octave = 31 - Integer.numberOfLeadingZeros(position);
        int quarter = position >>> (octave - 2) & (QUARTERS - 1);
        return Math.min(BUCKETS - 1, SINGLE + QUARTERS * (octave - SINGLE_BITS) + quarter);
    }

    /** Single positions up to 15, then two an octave: what a bucket is shown under. */
    public static int shown(int bucket) {
        int position = from(bucket);
        if (position < 16) {
            return position;
        }
        int octave = 31 - Integer.numberOfLeadingZeros(position);
        return 16 + 2 * (octave - 4) + (position >>> (octave - 1) & 1);
    }

    /** First position of a bucket. */
    public static int from(int bucket) {
        if (bucket < SINGLE) {
            return bucket;
        }
        int octave = SINGLE_BITS + (bucket - SINGLE) / QUARTERS;
        return (1 << octave) + ((bucket - SINGLE) % QUARTERS) * (1 << (octave - 2));
    }

    private void reach(int bucket) {
        if (bucket >= firings.length) {
            int size = Math.min(BUCKETS, (bucket / STEP + 1) * STEP);
            firings = Arrays.copyOf(firings, size);
            sums = Arrays.copyOf(sums, size);
            squares = Arrays.copyOf(squares, size);
        }
    }

    /** @param square sum of squares of the activations */
    void add(int bucket, int count, double sum, double square) {
        reach(bucket);
        firings[bucket] += count;
        sums[bucket] += sum;
        squares[bucket] += square;
    }

    void add(Positions other) {
        if (other.firings.length > 0) {
            reach(other.firings.length - 1);
        }
        for (int b = 0; b < other.firings.length; b++) {
            firings[b] += other.firings[b];
            sums[b] += other.sums[b];
            squares[b] += other.squares[b];
        }
    }

    void write(Wire.Out out) {
        int held = 0;
        for (long f : firings) {
            held += f > 0 ? 1 : 0;
        }
        out.count(held);
        for (int b = 0; b < firings.length; b++) {
            if (firings[b] > 0) {
                out.count(b);
                out.count(firings[b]);
                out.real(sums[b]);
                out.real(squares[b]);
            }
        }
    }

    void read(Wire.In in) {
        int held = in.count();
        for (int i = 0; i < held; i++) {
            int bucket = Math.min(in.count(), BUCKETS - 1);
            reach(bucket);
            firings[bucket] = in.number();
            sums[bucket] = in.real();
            squares[bucket] = in.real();
        }
    }

    public static Positions sum(Iterable<Positions> parts) {
        Positions sum = new Positions();
        parts.forEach(sum::add);
        return sum;
    }

    public long firings(int bucket) {
        return bucket < firings.length ? firings[bucket] : 0;
    }

    public double sum(int bucket) {
        return bucket < sums.length ? sums[bucket] : 0;
    }

    public double sumOfSquares(int bucket) {
        return bucket < squares.length ? squares[bucket] : 0;
    }

    /**
     * How much of the activation's variance positions explain; rows without a firing are zeros.
     *
     * @param rows rows in each bucket, firing or not
     * @param first first bucket that counts: 0, or 1 to leave the first token out
     */
    public ExplainedVariance explained(long[] rows, int first) {
        double[] sum = new double[BUCKETS - first];
        double square = 0;
        for (int b = first; b < BUCKETS; b++) {
            sum[b - first] = sum(b);
            square += sumOfSquares(b);
        }
        return ExplainedVariance.of(Arrays.copyOfRange(rows, first, BUCKETS), sum, 1, square);
    }
}
