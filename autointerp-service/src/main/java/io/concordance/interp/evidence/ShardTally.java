package io.concordance.interp.evidence;

import java.util.Arrays;

/**
 * What one feature did in one shard: nothing is held for bins and positions that it did not fire in.
 *
 * @param bins of {@link Density} with firings, and their number in {@code binFirings}
 * @param buckets of {@link Positions} with firings, with {@code bucketFirings}, {@code sums} and {@code squares} in each
 * @param top strongest firings, one a document
 */
@SuppressWarnings("ArrayRecordComponent") // handed from reader to merge once
record ShardTally(
        long firings,
        double sum,
        float maximum,
        int firingDocuments,
        byte[] bins,
        int[] binFirings,
        short[] buckets,
        int[] bucketFirings,
        double[] sums,
        double[] squares,
        Kept<Example> top) {

    /** Counts firings of one feature after another in the same memory. */
    static final class Counter {
        private final int[] density = new int[Density.BINS];
        private final byte[] bins = new byte[Density.BINS];
        private final int[] firingsAt = new int[Positions.BUCKETS];
        private final double[] sumsAt = new double[Positions.BUCKETS];
        private final double[] squaresAt = new double[Positions.BUCKETS];
        private final short[] buckets = new short[Positions.BUCKETS];
        private int binCount;
        private int bucketCount;
        private long firings;
        private double sum;
        private float maximum;
        private int firingDocuments;

        void add(int position, float value) {
            firings++;
            sum += value;
            maximum = Math.max(maximum, value);
            int bin = Density.bin(value);
            if (density[bin]++ == 0) {
                bins[binCount++] = (byte) bin;
            }
            int bucket = Positions.bucket(position);
            if (firingsAt[bucket]++ == 0) {
                buckets[bucketCount++] = (short) bucket;
            }
            sumsAt[bucket] += value;
            squaresAt[bucket] += (double) value * value;
        }

        void firedInDocument() {
            firingDocuments++;
        }

        /** What was counted; counting begins anew. */
        ShardTally take(Kept<Example> top) {
            int[] binFirings = new int[binCount];
            for (int i = 0; i < binCount; i++) {
                binFirings[i] = density[bins[i]];
                density[bins[i]] = 0;
            }
            int[] bucketFirings = new int[bucketCount];
            double[] sums = new double[bucketCount];
            double[] squares = new double[bucketCount];
            for (int i = 0; i < bucketCount; i++) {
                int bucket = buckets[i];
                bucketFirings[i] = firingsAt[bucket];
                sums[i] = sumsAt[bucket];
                squares[i] = squaresAt[bucket];
                firingsAt[bucket] = 0;
                sumsAt[bucket] = 0;
                squaresAt[bucket] = 0;
            }
            ShardTally tally = new ShardTally(
                    firings,
                    sum,
                    maximum,
                    firingDocuments,
                    Arrays.copyOf(bins, binCount),
                    binFirings,
                    Arrays.copyOf(buckets, bucketCount),
                    bucketFirings,
                    sums,
                    squares,
                    top);
            binCount = 0;
            bucketCount = 0;
            firings = 0;
            sum = 0;
            maximum = 0;
            firingDocuments = 0;
            return tally;
        }
    }
}
