package io.concordance.trainer.kernel;

import java.util.Arrays;

/**
 * Order statistics of positive floats, exact, by counting their bits: positive floats order like their bit patterns.
 * Not thread-safe.
 */
final class Ranks {
    private static final int HALF = 16;
    private static final int BUCKETS = 1 << HALF;

    private final int[] buckets = new int[BUCKETS];

    /**
     * The k-th largest of the first counts[i] values of each list.
     *
     * @param k from 1 to the number of values
     */
    float kthLargest(float[][] lists, int[] counts, long k) {
        Arrays.fill(buckets, 0);
        for (int l = 0; l < lists.length; l++) {
            for (int i = 0; i < counts[l]; i++) {
                buckets[Float.floatToRawIntBits(lists[l][i]) >>> HALF]++;
            }
        }
        long left = k;
        int high = BUCKETS - 1;
        while (buckets[high] < left) {
            left -= buckets[high--];
        }
        Arrays.fill(buckets, 0);
        for (int l = 0; l < lists.length; l++) {
            for (int i = 0; i < counts[l]; i++) {
                int bits = Float.floatToRawIntBits(lists[l][i]);
                if (bits >>> HALF == high) {
                    buckets[bits & BUCKETS - 1]++;
                }
            }
        }
        int low = BUCKETS - 1;
        while (buckets[low] < left) {
            left -= buckets[low--];
        }
        return Float.intBitsToFloat(high << HALF | low);
    }
}
