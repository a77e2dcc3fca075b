package io.concordance.contracts.event;

import java.util.ArrayList;
import java.util.List;

/**
 * How often features fire: a histogram over features of the logarithm of their firing rate.
 *
 * @param rows rows that were looked at
 * @param silent features that fired on none of them
 * @param features 12 bins of half a decade: entry i counts features that fired on a share of the rows from 10^(i/2 - 6) up
 *     to 10^((i+1)/2 - 6); the first also those below it, the last also those that fired on every row
 */
public record FiringDensity(long rows, int silent, List<Integer> features) {
    private static final int BINS = 12;
    private static final int DECADES = 6;

    public FiringDensity {
        features = List.copyOf(features);
    }

    /**
     * @param firings rows on which each feature fired, [features]
     */
    public static FiringDensity of(long[] firings, long rows) {
        int silent = 0;
        int[] counts = new int[BINS];
        for (long fired : firings) {
            if (fired == 0) {
                silent++;
            } else {
                double decades = StrictMath.log10((double) fired / rows) + DECADES;
                counts[Math.clamp((int) Math.floor(2 * decades), 0, BINS - 1)]++;
            }
        }
        List<Integer> features = new ArrayList<>(BINS);
        for (int count : counts) {
            features.add(count);
        }
        return new FiringDensity(rows, silent, features);
    }
}
