package io.concordance.contracts.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inner products of rows with features, a tile of {@link #ROWS} by {@link #FEATURES} at a time. Both are packed in the
 * order the tile reads them: rows in blocks {@code [blocks, width, ROWS]}, features in panels {@code [panels, width,
 * FEATURES]}. Each sum is one chain of fused multiply-adds from zero in ascending order, so that the shape of a tile never
 * shows in a result.
 */
public final class Tiles {
    private static final int LONG_VECTOR = 16;
    private static final int SHORT_VECTOR = 8;

    /** True where 512-bit vectors are native; otherwise vectors of 256 bits are used. */
    public static final boolean WIDE = FloatVector.SPECIES_PREFERRED.length() >= LONG_VECTOR;

    /** The vectors of a tile. */
    public static final VectorSpecies<Float> SPECIES = WIDE ? FloatVector.SPECIES_512 : FloatVector.SPECIES_256;

    public static final int ROWS = WIDE ? Tile512.ROWS : Tile256.ROWS;
    public static final int FEATURES = WIDE ? Tile512.FEATURES : Tile256.FEATURES;

    private Tiles() {}

    /** Whether this machine has vectors long enough for a tile; where not, plain loops are faster. */
    public static boolean suitable() {
        return FloatVector.SPECIES_PREFERRED.length() >= SHORT_VECTOR;
    }

    /** Packs block {@code b} of {@code rows} rows of {@code source}, {@code stride} apart; rows past the last are zero. */
    public static void packRows(int b, float[] source, int rows, int width, int stride, float[] target) {
        int base = b * ROWS * width;
        int present = Math.min(ROWS, rows - b * ROWS);
        if (present < ROWS) {
            Arrays.fill(target, base, base + ROWS * width, 0);
        }
        for (int r = 0; r < present; r++) {
            int row = (b * ROWS + r) * stride;
            for (int k = 0; k < width; k++) {
                target[base + k * ROWS + r] = source[row + k];
            }
        }
    }

    /** One tile of inner products, {@code [ROWS, FEATURES]}. */
    public static void multiply(float[] rows, int block, float[] weights, int panel, int width, float[] tile) {
        if (WIDE) {
            Tile512.multiply(rows, block * ROWS * width, weights, panel * FEATURES * width, width, tile);
        } else {
            Tile256.multiply(rows, block * ROWS * width, weights, panel * FEATURES * width, width, tile);
        }
    }

    /**
     * As {@link #multiply} for {@link #ROWS} rows that are not packed, from {@code at} on and {@code stride} apart. The same
     * bits.
     */
    public static void multiplyRows(
            float[] rows, int at, int stride, float[] weights, int panel, int width, float[] tile) {
        if (WIDE) {
            RowTile512.multiply(rows, at, stride, weights, panel * FEATURES * width, width, tile);
        } else {
            RowTile256.multiply(rows, at, stride, weights, panel * FEATURES * width, width, tile);
        }
    }

    /** {@code target[to + i] = row[from + i] - centre[i]} for {@code i} below the length of {@code centre}. */
    public static void subtract(float[] row, int from, float[] centre, float[] target, int to) {
        int i = 0;
        for (; i + SPECIES.length() <= centre.length; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, row, from + i)
                    .sub(FloatVector.fromArray(SPECIES, centre, i))
                    .intoArray(target, to + i);
        }
        for (; i < centre.length; i++) {
            target[to + i] = row[from + i] - centre[i];
        }
    }
}
