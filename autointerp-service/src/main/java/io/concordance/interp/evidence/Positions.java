package io.concordance.interp.evidence;

/**
 * Moments of an activation by token position: single positions up to 15, then two buckets an octave. The number of rows
 * in each bucket is a property of the arm, see {@link ArmTotals#rowsByBucket()}.
 */
public final class Positions {
    private static final int SINGLE = 16;
    private static final int SINGLE_BITS = 4;
    public static final int BUCKETS = SINGLE + 2 * 16;

    final long[] firings = new long[BUCKETS];
    final double[] sums = new double[BUCKETS];
    final double[] squares = new double[BUCKETS];

    public static int bucket(int position) {
        if (position < SINGLE) {
            return Math.max(0, position);
        }
        int octave = 31 - Integer.numberOfLeadingZeros(position);
        int half = position >>> (octave - 1) & 1;
        return Math.min(BUCKETS - 1, SINGLE + 2 * (octave - SINGLE_BITS) + half);
    }

    /** First position of a bucket. */
    public static int from(int bucket) {
        if (bucket < SINGLE) {
            return bucket;
        }
        int octave = SINGLE_BITS + (bucket - SINGLE) / 2;
        return (1 << octave) + ((bucket - SINGLE) % 2) * (1 << (octave - 1));
    }

    void add(int position, float value) {
        int bucket = bucket(position);
        firings[bucket]++;
        sums[bucket] += value;
        squares[bucket] += (double) value * value;
    }

    void add(Positions other) {
        for (int b = 0; b < BUCKETS; b++) {
            firings[b] += other.firings[b];
            sums[b] += other.sums[b];
            squares[b] += other.squares[b];
        }
    }

    public static Positions sum(Iterable<Positions> parts) {
        Positions sum = new Positions();
        parts.forEach(sum::add);
        return sum;
    }

    public long firings(int bucket) {
        return firings[bucket];
    }

    public double sum(int bucket) {
        return sums[bucket];
    }

    public double sumOfSquares(int bucket) {
        return squares[bucket];
    }

    /**
     * How much of an activation's variance its position explains. η² = SSB / SST; ω² = (SSB - (P-1) MSW) / (SST + MSW)
     * corrects it for the number of buckets P that hold rows (Hays 1963). Both are 0 for a constant activation.
     */
    public record Explained(double eta2, double omega2) {}

    /** @param rows rows in each bucket, firing or not */
    public Explained explained(long[] rows) {
        long total = 0;
        double sum = 0;
        double square = 0;
        int buckets = 0;
        for (int b = 0; b < BUCKETS; b++) {
            total += rows[b];
            sum += sums[b];
            square += squares[b];
            buckets += rows[b] > 0 ? 1 : 0;
        }
        if (total <= buckets) {
            return new Explained(0, 0);
        }
        double mean = sum / total;
        double sst = square - total * mean * mean;
        double ssb = 0;
        for (int b = 0; b < BUCKETS; b++) {
            if (rows[b] > 0) {
                double distance = sums[b] / rows[b] - mean;
                ssb += rows[b] * distance * distance;
            }
        }
        if (!(sst > 0)) {
            return new Explained(0, 0);
        }
        double msw = Math.max(0, sst - ssb) / (total - buckets);
        return new Explained(Math.min(1, ssb / sst), Math.max(0, (ssb - (buckets - 1) * msw) / (sst + msw)));
    }
}
