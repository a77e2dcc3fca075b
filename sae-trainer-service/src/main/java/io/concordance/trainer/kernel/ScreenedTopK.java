package io.concordance.trainer.kernel;

import io.concordance.contracts.kernel.Tiles;
import io.concordance.contracts.kernel.bf16.ScreenBound;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The features that may be among the k largest positive ones of each of a few rows, by their bounds, fed tile by tile in
 * ascending feature order. k features with a lower bound of at least T each put the k-th largest value at T or above, so
 * one whose upper bound is below T cannot be among them. Scratch of one worker.
 */
final class ScreenedTopK {
    private static final VectorSpecies<Float> FLOATS = VectorOps.SPECIES;
    private static final VectorSpecies<Integer> INTS = VectorOps.WIDE ? IntVector.SPECIES_512 : IntVector.SPECIES_256;
    private static final int LENGTH = FLOATS.length();

    private final int k;
    private final int capacity;
    private final float[] uppers;
    final int[] features;
    private final float[] lowers;
    private final int[] counts;
    private final float[] firstBorders;
    private final float[] thresholds;

    ScreenedTopK(int rows, int k) {
        this.k = k;
        this.capacity = (Math.max(256, 6 * k) + Tiles.FEATURES + LENGTH - 1) / LENGTH * LENGTH;
        this.uppers = new float[rows * capacity];
        this.features = new int[rows * capacity];
        this.lowers = new float[capacity];
        this.counts = new int[rows];
        this.firstBorders = new float[rows];
        this.thresholds = new float[rows];
    }

    boolean fits(int rows, int wanted) {
        return counts.length >= rows && k == wanted;
    }

    int capacity() {
        return capacity;
    }

    /** @param border what is below it is no candidate; 0 for every positive one */
    void begin(int row, float border) {
        counts[row] = 0;
        firstBorders[row] = Math.max(border, Float.MIN_VALUE);
        thresholds[row] = firstBorders[row];
    }

    float firstBorder(int row) {
        return firstBorders[row];
    }

    /**
     * Offers a tile of bf16 products; its features start at {@code base}.
     *
     * @param first the tile's first row, counted from the first of these rows
     * @param row the same, counted from the first of the batch
     * @return false when one of the rows has more features to keep than there is room for
     */
    boolean offer(float[] tile, int first, int row, int rows, ScreenBound bound, int base) {
        IntVector indices = IntVector.zero(INTS).addIndex(1).add(base);
        for (int r = 0; r < rows; r++) {
            int at = (first + r) * capacity;
            int n = counts[first + r];
            float threshold = thresholds[first + r];
            FloatVector norm = FloatVector.broadcast(FLOATS, bound.norm()[row + r]);
            for (int j = 0; j < Tiles.FEATURES; j += LENGTH) {
                FloatVector upper = norm.fma(
                        FloatVector.fromArray(FLOATS, bound.reach(), base + j),
                        FloatVector.fromArray(FLOATS, tile, r * Tiles.FEATURES + j)
                                .add(FloatVector.fromArray(FLOATS, bound.raisedBias(), base + j)));
                VectorMask<Float> above = upper.compare(VectorOperators.GE, threshold);
                if (above.anyTrue()) {
                    upper.compress(above).intoArray(uppers, at + n);
                    indices.add(j).compress(above.cast(INTS)).intoArray(features, at + n);
                    n += above.trueCount();
                }
            }
            if (n > capacity - Tiles.FEATURES) {
                counts[first + r] = n;
                n = thin(first + r, row + r, bound);
                if (n > capacity - Tiles.FEATURES) {
                    return false;
                }
            }
            counts[first + r] = n;
        }
        return true;
    }

    /** Drops what can no longer be among the k largest; returns how many are left, at {@link #start} in feature order. */
    int thin(int row, int batchRow, ScreenBound bound) {
        int n = counts[row];
        if (n <= k) {
            return n;
        }
        int at = start(row);
        for (int i = 0; i < n; i++) {
            lowers[i] = bound.lower(batchRow, features[at + i], uppers[at + i]);
        }
        float threshold = Math.max(thresholds[row], KLargest.kth(lowers, 0, n, k));
        int kept = at;
        for (int i = at; i < at + n; i++) {
            if (uppers[i] >= threshold) {
                uppers[kept] = uppers[i];
                features[kept] = features[i];
                kept++;
            }
        }
        thresholds[row] = threshold;
        counts[row] = kept - at;
        return kept - at;
    }

    /** Where a row's features stand in {@link #features}. */
    int start(int row) {
        return row * capacity;
    }
}
