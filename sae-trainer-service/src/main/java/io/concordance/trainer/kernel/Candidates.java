package io.concordance.trainer.kernel;

import io.concordance.contracts.kernel.Tiles;
import io.concordance.contracts.kernel.bf16.ScreenBound;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Candidates of one unit of rows for a selection over the whole batch: every value at or above a floor. When more gather
 * than the batch can keep, the floor rises to the last value that could still be kept; ties stay, since which of them
 * wins is known only when all units are in.
 */
final class Candidates {
    private static final VectorSpecies<Float> FLOATS = VectorOps.SPECIES;
    private static final VectorSpecies<Integer> INTS = VectorOps.WIDE ? IntVector.SPECIES_512 : IntVector.SPECIES_256;
    private static final int LENGTH = FLOATS.length();

    float[] values = new float[0];
    int[] rows = new int[0];
    int[] features = new int[0];
    int count;
    private float[] spareValues = new float[0];
    private int[] spareRows = new int[0];
    private int[] spareFeatures = new int[0];
    private int[] cursor = new int[0];
    private float floor;
    private int limit;
    private long keep;

    void begin(float floor, long keep) {
        this.floor = floor;
        this.keep = keep;
        this.count = 0;
        this.limit = (int) Math.min(Integer.MAX_VALUE / 4, Math.max(2 * keep, 4096));
    }

    /** Offers a tile for rows [firstRow, firstRow + count); its features start at {@code base}. */
    void offer(float[] tile, int firstRow, int tileRows, float[] bias, int base) {
        if (count > limit) {
            thin();
        }
        ensure(count + (tileRows + 1) * Tiles.FEATURES);
        IntVector indices = IntVector.zero(INTS).addIndex(1).add(base);
        int n = count;
        for (int r = 0; r < tileRows; r++) {
            for (int j = 0; j < Tiles.FEATURES; j += LENGTH) {
                FloatVector z = FloatVector.fromArray(FLOATS, tile, r * Tiles.FEATURES + j)
                        .add(FloatVector.fromArray(FLOATS, bias, base + j));
                VectorMask<Float> above = z.compare(VectorOperators.GE, floor);
                if (above.anyTrue()) {
                    z.compress(above).intoArray(values, n);
                    indices.add(j).compress(above.cast(INTS)).intoArray(features, n);
                    IntVector.broadcast(INTS, firstRow + r).intoArray(rows, n);
                    n += above.trueCount();
                }
            }
        }
        count = n;
    }

    /** Offers a tile whose features have a border each; what is above it stays, whatever its number. */
    void offerAbove(float[] tile, int firstRow, int tileRows, float[] bias, int base, float[] floors) {
        ensure(count + (tileRows + 1) * Tiles.FEATURES);
        IntVector indices = IntVector.zero(INTS).addIndex(1).add(base);
        int n = count;
        for (int r = 0; r < tileRows; r++) {
            for (int j = 0; j < Tiles.FEATURES; j += LENGTH) {
                FloatVector z = FloatVector.fromArray(FLOATS, tile, r * Tiles.FEATURES + j)
                        .add(FloatVector.fromArray(FLOATS, bias, base + j));
                VectorMask<Float> above =
                        z.compare(VectorOperators.GT, FloatVector.fromArray(FLOATS, floors, base + j));
                if (above.anyTrue()) {
                    z.compress(above).intoArray(values, n);
                    indices.add(j).compress(above.cast(INTS)).intoArray(features, n);
                    IntVector.broadcast(INTS, firstRow + r).intoArray(rows, n);
                    n += above.trueCount();
                }
            }
        }
        count = n;
    }

    /** Offers a tile of bf16 products by their upper bounds; the floor stays where it is. */
    void offerScreened(float[] tile, int firstRow, int tileRows, ScreenBound bound, int base) {
        ensure(count + (tileRows + 1) * Tiles.FEATURES);
        IntVector indices = IntVector.zero(INTS).addIndex(1).add(base);
        int n = count;
        for (int r = 0; r < tileRows; r++) {
            FloatVector norm = FloatVector.broadcast(FLOATS, bound.norm()[firstRow + r]);
            for (int j = 0; j < Tiles.FEATURES; j += LENGTH) {
                FloatVector upper = norm.fma(
                        FloatVector.fromArray(FLOATS, bound.reach(), base + j),
                        FloatVector.fromArray(FLOATS, tile, r * Tiles.FEATURES + j)
                                .add(FloatVector.fromArray(FLOATS, bound.raisedBias(), base + j)));
                VectorMask<Float> above = upper.compare(VectorOperators.GE, floor);
                if (above.anyTrue()) {
                    upper.compress(above).intoArray(values, n);
                    indices.add(j).compress(above.cast(INTS)).intoArray(features, n);
                    IntVector.broadcast(INTS, firstRow + r).intoArray(rows, n);
                    n += above.trueCount();
                }
            }
        }
        count = n;
    }

    private void thin() {
        float border = new Ranks().kthLargest(new float[][] {values}, new int[] {count}, keep);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (values[i] >= border) {
                values[kept] = values[i];
                rows[kept] = rows[i];
                features[kept] = features[i];
                kept++;
            }
        }
        count = kept;
        floor = Math.max(floor, border);
        limit = Math.max(limit, 2 * count);
    }

    /** Brings the candidates of rows [firstRow, firstRow + rowCount) into (row, feature) order; stable, hence exact. */
    void sort(int firstRow, int rowCount) {
        if (cursor.length < rowCount + 1) {
            cursor = new int[rowCount + 1];
        }
        Arrays.fill(cursor, 0);
        for (int i = 0; i < count; i++) {
            cursor[rows[i] - firstRow + 1]++;
        }
        for (int r = 0; r < rowCount; r++) {
            cursor[r + 1] += cursor[r];
        }
        if (spareValues.length < count) {
            spareValues = new float[values.length];
            spareRows = new int[values.length];
            spareFeatures = new int[values.length];
        }
        for (int i = 0; i < count; i++) {
            int to = cursor[rows[i] - firstRow]++;
            spareValues[to] = values[i];
            spareRows[to] = rows[i];
            spareFeatures[to] = features[i];
        }
        float[] sortedValues = spareValues;
        int[] sortedRows = spareRows;
        int[] sortedFeatures = spareFeatures;
        spareValues = values;
        spareRows = rows;
        spareFeatures = features;
        values = sortedValues;
        rows = sortedRows;
        features = sortedFeatures;
    }

    private void ensure(int capacity) {
        if (values.length < capacity) {
            int grown = capacity + capacity / 2;
            values = Arrays.copyOf(values, grown);
            rows = Arrays.copyOf(rows, grown);
            features = Arrays.copyOf(features, grown);
        }
    }
}
