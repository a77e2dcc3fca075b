package io.concordance.trainer.kernel;

import io.concordance.contracts.kernel.Tiles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The running k largest positive values of each of a few rows, fed tile by tile in ascending feature order. A row's
 * threshold starts at zero, which is the ReLU, or at a guess, and rises to its k-th value whenever its candidates are thinned out, so
 * nearly all of a tile is dropped by one comparison. Scratch of one worker.
 */
final class RowTopK {
    private static final VectorSpecies<Float> FLOATS = VectorOps.SPECIES;
    private static final VectorSpecies<Integer> INTS = VectorOps.WIDE ? IntVector.SPECIES_512 : IntVector.SPECIES_256;
    private static final int LENGTH = FLOATS.length();

    private final int k;
    private final int capacity;
    private final float[] values;
    private final int[] features;
    private final int[] counts;
    private final float[] thresholds;
    private final float[] firstBorders;

    RowTopK(int rows, int k) {
        this.k = k;
        this.capacity = Math.max(128, (3 * k + Tiles.FEATURES + LENGTH - 1) / LENGTH * LENGTH);
        this.values = new float[rows * capacity];
        this.features = new int[rows * capacity];
        this.counts = new int[rows];
        this.thresholds = new float[rows];
        this.firstBorders = new float[rows];
    }

    boolean fits(int rows, int wanted) {
        return counts.length >= rows && k == wanted;
    }

    /** @param border only what is above it is a candidate; 0 is the ReLU */
    void begin(int row, float border) {
        counts[row] = 0;
        thresholds[row] = border;
        firstBorders[row] = border;
    }

    /** Offers tile rows to rows [firstRow, firstRow + rows); the tile's features start at {@code base}. */
    void offer(float[] tile, int firstRow, int rows, float[] bias, int base) {
        IntVector indices = IntVector.zero(INTS).addIndex(1).add(base);
        for (int r = 0; r < rows; r++) {
            int row = firstRow + r;
            int at = row * capacity;
            int n = counts[row];
            float threshold = thresholds[row];
            for (int j = 0; j < Tiles.FEATURES; j += LENGTH) {
                FloatVector z = FloatVector.fromArray(FLOATS, tile, r * Tiles.FEATURES + j)
                        .add(FloatVector.fromArray(FLOATS, bias, base + j));
                VectorMask<Float> above = z.compare(VectorOperators.GT, threshold);
                if (above.anyTrue()) {
                    z.compress(above).intoArray(values, at + n);
                    indices.add(j).compress(above.cast(INTS)).intoArray(features, at + n);
                    n += above.trueCount();
                }
            }
            counts[row] = n > capacity - Tiles.FEATURES ? thin(row, n) : n;
        }
    }

    /** Leaves the k largest of the first n candidates, in feature order, and raises the row's threshold to the k-th. */
    private int thin(int row, int n) {
        if (n <= k) {
            return n;
        }
        int at = row * capacity;
        float kth = KLargest.kth(values, at, n, k);
        KLargest.keep(values, features, at, n, k, kth);
        thresholds[row] = kth;
        return k;
    }

    /** Writes the final pairs of a row at {@code to}; returns how many, or -1 when its first border hid some. */
    int finish(int row, float[] toValues, int[] toFeatures, int to) {
        int n = thin(row, counts[row]);
        if (n < k && firstBorders[row] > 0) {
            return -1;
        }
        System.arraycopy(values, row * capacity, toValues, to, n);
        System.arraycopy(features, row * capacity, toFeatures, to, n);
        return n;
    }
}
