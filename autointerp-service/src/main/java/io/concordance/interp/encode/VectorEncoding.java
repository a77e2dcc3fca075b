package io.concordance.interp.encode;

import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.kernel.Tiles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Encodes blocks of rows panel by panel, and puts what fired back in order of row. */
final class VectorEncoding implements Encoding {
    private static final VectorSpecies<Float> SPECIES = Tiles.SPECIES;
    private static final int LANES = SPECIES.length();
    private static final int TILES = 16;
    private static final int BLOCK = TILES * Tiles.ROWS;

    private final Panels panels;
    private final float[] packed;
    private final float[] tile = new float[Tiles.ROWS * Tiles.FEATURES];
    private final int[] rowStart = new int[BLOCK + 1];
    private int[] rows = new int[1 << 12];
    private int[] features = new int[1 << 12];
    private float[] values = new float[1 << 12];
    private int[] order = new int[1 << 12];
    private int size;

    VectorEncoding(Panels panels) {
        this.panels = panels;
        this.packed = new float[Math.multiplyExact(BLOCK, panels.width)];
    }

    @Override
    public void encode(float[] source, int count, SparseEncoder.Sink sink) {
        for (int first = 0; first < count; first += BLOCK) {
            int together = Math.min(BLOCK, count - first);
            pack(source, first, together);
            size = 0;
            int tiles = (together + Tiles.ROWS - 1) / Tiles.ROWS;
            for (int p = 0; p < panels.panels; p++) {
                for (int t = 0; t < tiles; t++) {
                    Tiles.multiply(packed, t, panels.weights, p, panels.width, tile);
                    filter(t * Tiles.ROWS, Math.min(Tiles.ROWS, together - t * Tiles.ROWS), p * Tiles.FEATURES);
                }
            }
            emit(first, together, sink);
        }
    }

    /** {@code [tiles, width, tile rows]}, centred; rows past the last are left as they were. */
    private void pack(float[] source, int first, int together) {
        int width = panels.width;
        for (int r = 0; r < together; r++) {
            int from = (first + r) * width;
            int base = r / Tiles.ROWS * Tiles.ROWS * width + r % Tiles.ROWS;
            for (int i = 0; i < width; i++) {
                packed[base + i * Tiles.ROWS] = source[from + i] - panels.centre[i];
            }
        }
    }

    private void filter(int firstRow, int present, int firstFeature) {
        for (int r = 0; r < present; r++) {
            for (int half = 0; half < Tiles.FEATURES; half += LANES) {
                int at = r * Tiles.FEATURES + half;
                long firing = firing(tile, at, panels.bias, panels.threshold, firstFeature + half);
                for (; firing != 0; firing &= firing - 1) {
                    int lane = Long.numberOfTrailingZeros(firing);
                    int feature = firstFeature + half + lane;
                    add(firstRow + r, feature, tile[at + lane] + panels.bias[feature]);
                }
            }
        }
    }

    /** A bit for each lane whose sum + bias is above the threshold. */
    private static long firing(float[] sums, int at, float[] bias, float[] threshold, int feature) {
        FloatVector value = FloatVector.fromArray(SPECIES, sums, at).add(FloatVector.fromArray(SPECIES, bias, feature));
        return value.compare(VectorOperators.GT, FloatVector.fromArray(SPECIES, threshold, feature))
                .toLong();
    }

    private void add(int row, int feature, float value) {
        if (size == rows.length) {
            int capacity = Math.multiplyExact(size, 2);
            rows = Arrays.copyOf(rows, capacity);
            features = Arrays.copyOf(features, capacity);
            values = Arrays.copyOf(values, capacity);
            order = new int[capacity];
        }
        rows[size] = row;
        features[size] = feature;
        values[size] = value;
        size++;
    }

    /** Panels come in ascending order, so a stable sort by row leaves features ascending. */
    private void emit(int first, int together, SparseEncoder.Sink sink) {
        Arrays.fill(rowStart, 0);
        for (int i = 0; i < size; i++) {
            rowStart[rows[i] + 1]++;
        }
        for (int r = 0; r < together; r++) {
            rowStart[r + 1] += rowStart[r];
        }
        for (int i = 0; i < size; i++) {
            order[rowStart[rows[i]]++] = i;
        }
        for (int i = 0; i < size; i++) {
            int at = order[i];
            sink.fire(first + rows[at], features[at], values[at]);
        }
    }
}
