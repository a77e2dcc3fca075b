package io.concordance.trainer.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rules of {@link Selection} by sorting: a candidate is one long, its activation's bits above, its place counted from
 * the end below, so that the largest of the sorted longs are the largest activations, ties to the lower place.
 */
final class Nd4jSelection {
    private Nd4jSelection() {}

    private static long key(float activation, int place) {
        return (long) Float.floatToRawIntBits(activation) << Integer.SIZE | Integer.MAX_VALUE - place;
    }

    private static int place(long key) {
        return Integer.MAX_VALUE - (int) key;
    }

    /** @param among features to choose from, null for all */
    static Selected rows(KernelShape shape, Pairs pairs, float[] dense, int @Nullable [] among, int k, int rowOffset) {
        int candidates = among == null ? shape.features() : among.length;
        long[] keys = new long[candidates];
        Count count = new Count();
        double borders = 0;
        for (int row = 0; row < shape.batch(); row++) {
            int n = 0;
            for (int c = 0; c < candidates; c++) {
                int feature = among == null ? c : among[c];
                float z = dense[row * shape.features() + feature];
                if (z > 0) {
                    keys[n++] = key(z, feature);
                }
            }
            Arrays.sort(keys, 0, n);
            int[] kept = Arrays.stream(keys, Math.max(0, n - k), n)
                    .mapToInt(Nd4jSelection::place)
                    .sorted()
                    .toArray();
            for (int feature : kept) {
                count.add(pairs, row + rowOffset, feature, dense[row * shape.features() + feature]);
            }
            borders += n == 0 || k == 0 ? 0 : Float.intBitsToFloat((int) (keys[Math.max(0, n - k)] >>> Integer.SIZE));
        }
        return count.selected(borders / shape.batch());
    }

    static Selected batch(KernelShape shape, Pairs pairs, float[] dense, int k) {
        long[] keys = new long[dense.length];
        int n = 0;
        for (int at = 0; at < dense.length; at++) {
            if (dense[at] > 0) {
                keys[n++] = key(dense[at], at);
            }
        }
        Arrays.sort(keys, 0, n);
        int first = (int) Math.max(0, n - (long) k * shape.batch());
        Count count = new Count();
        Arrays.stream(keys, first, n)
                .mapToInt(Nd4jSelection::place)
                .sorted()
                .forEach(at -> count.add(pairs, at / shape.features(), at % shape.features(), dense[at]));
        return count.selected(n == 0 ? 0 : Float.intBitsToFloat((int) (keys[first] >>> Integer.SIZE)));
    }

    static Selected above(KernelShape shape, Pairs pairs, float[] dense, float[] thresholds, float bandwidth) {
        Count count = new Count();
        for (int row = 0; row < shape.batch(); row++) {
            for (int feature = 0; feature < shape.features(); feature++) {
                float z = dense[row * shape.features() + feature];
                if (z > thresholds[feature] - bandwidth / 2) {
                    count.add(pairs, row, feature, z > thresholds[feature] ? z : 0);
                }
            }
        }
        return count.selected(0);
    }

    private static final class Count {
        private long active;
        private double activations;

        void add(Pairs pairs, int row, int feature, float activation) {
            pairs.add(row, feature, activation);
            active += activation > 0 ? 1 : 0;
            activations += activation;
        }

        Selected selected(double threshold) {
            return new Selected(active, threshold, activations);
        }
    }
}
