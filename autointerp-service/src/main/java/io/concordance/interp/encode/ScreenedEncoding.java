package io.concordance.interp.encode;

import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.kernel.Tiles;
import io.concordance.contracts.kernel.bf16.Bf16;
import io.concordance.contracts.kernel.bf16.ScreenBound;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Encodes in two passes: products in bf16, at twice the rate of fp32, rule out every pair whose upper bound is not above its
 * threshold (docs/screening.md); the others are computed again in fp32, in the order of {@link SparseEncoder}. Blocks of
 * rows that the bounds cannot vouch for, or decide too little of, are encoded in fp32 alone.
 */
final class ScreenedEncoding implements Encoding {
    private static final VectorSpecies<Float> SPECIES = Tiles.SPECIES;
    private static final int LANES = SPECIES.length();
    private static final int TILES = 16;
    private static final int BLOCK = TILES * Tiles.ROWS;

    /** Pairs left over, as a share of all, above which the second pass costs what the first saves. */
    private static final int WORTHWHILE = 16;

    /** Blocks encoded in fp32 after one that was not worth its time. */
    private static final int REST = 64;

    private final ScreenedPanels panels;
    private final Encoding plain;
    private final float[] centred;
    private final MemorySegment centredSegment;
    private final MemorySegment packed;
    private final double[] squares = new double[2 * BLOCK];
    private final MemorySegment squaresSegment = MemorySegment.ofArray(squares);
    private final ScreenBound bound;
    private final float[] tile = new float[Tiles.ROWS * Tiles.FEATURES];
    private final MemorySegment tileSegment = MemorySegment.ofArray(tile);
    private final int[] rowStart = new int[BLOCK + 1];
    private final int[] rows;
    private final int[] features;
    private final int[] ordered;
    private final MemorySegment orderedSegment;
    private final float[] exact;
    private final MemorySegment exactSegment;
    private final float[] block;
    private int size;
    private int resting;

    ScreenedEncoding(ScreenedPanels panels) {
        this.panels = panels;
        this.plain = new VectorEncoding(panels.plain);
        this.centred = new float[BLOCK * panels.stride];
        this.centredSegment = MemorySegment.ofArray(centred);
        this.packed = MemorySegment.ofArray(new int[BLOCK * (panels.stride / 2)]);
        this.bound = new ScreenBound(panels.plain.width, BLOCK);
        int room = BLOCK * panels.features / WORTHWHILE + Tiles.ROWS * Tiles.FEATURES;
        this.rows = new int[room];
        this.features = new int[room];
        this.ordered = new int[room];
        this.orderedSegment = MemorySegment.ofArray(ordered);
        this.exact = new float[panels.features];
        this.exactSegment = MemorySegment.ofArray(exact);
        this.block = new float[BLOCK * panels.plain.width];
    }

    @Override
    public void encode(float[] source, int count, SparseEncoder.Sink sink) {
        for (int first = 0; first < count; first += BLOCK) {
            int together = Math.min(BLOCK, count - first);
            if (resting > 0) {
                resting--;
                encodePlainly(source, first, together, sink);
            } else if (screen(source, first, together)) {
                emit(first, together, sink);
            } else {
                resting = REST;
                encodePlainly(source, first, together, sink);
            }
        }
    }

    private void encodePlainly(float[] source, int first, int together, SparseEncoder.Sink sink) {
        int width = panels.plain.width;
        System.arraycopy(source, first * width, block, 0, together * width);
        plain.encode(block, together, (row, feature, value) -> sink.fire(first + row, feature, value));
    }

    /** Gathers what may fire; false when the bounds do not hold, or too much may. */
    private boolean screen(float[] source, int first, int together) {
        centre(source, first, together);
        int tiles = (together + Tiles.ROWS - 1) / Tiles.ROWS;
        for (int t = 0; t < tiles; t++) {
            long row = (long) t * Tiles.ROWS;
            Bf16.pack(
                    centredSegment,
                    row * panels.stride,
                    panels.stride,
                    Tiles.ROWS,
                    Tiles.ROWS,
                    packed,
                    row * (panels.stride / 2),
                    squaresSegment,
                    2 * row);
        }
        Arrays.fill(squares, 2 * tiles * Tiles.ROWS, squares.length, 0);
        bound.rows(squares);
        int places = panels.plain.panels * Tiles.FEATURES;
        if (!bound.features(panels.squares, panels.plain.bias, panels.features, places)) {
            return false;
        }
        for (int r = 0; r < together; r++) {
            if (!bound.trusted(r)) {
                return false;
            }
        }
        size = 0;
        int most = rows.length - tile.length;
        for (int p = 0; p < panels.plain.panels; p++) {
            for (int t = 0; t < tiles; t++) {
                Bf16.multiply(
                        packed,
                        (long) t * Tiles.ROWS * (panels.stride / 2),
                        panels.rounded,
                        (long) p * Tiles.FEATURES * (panels.stride / 2),
                        panels.stride / 2,
                        tileSegment);
                filter(t * Tiles.ROWS, Math.min(Tiles.ROWS, together - t * Tiles.ROWS), p * Tiles.FEATURES);
                if (size > most) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Rows past the last are zero. */
    private void centre(float[] source, int first, int together) {
        int width = panels.plain.width;
        float[] centre = panels.plain.centre;
        for (int r = 0; r < together; r++) {
            int from = (first + r) * width;
            int to = r * panels.stride;
            for (int i = 0; i < width; i++) {
                centred[to + i] = source[from + i] - centre[i];
            }
        }
        Arrays.fill(centred, together * panels.stride, centred.length, 0);
    }

    private void filter(int firstRow, int present, int firstFeature) {
        for (int r = 0; r < present; r++) {
            float norm = bound.norm()[firstRow + r];
            for (int half = 0; half < Tiles.FEATURES; half += LANES) {
                long above = above(
                        tile,
                        r * Tiles.FEATURES + half,
                        norm,
                        bound.reach(),
                        bound.raisedBias(),
                        panels.plain.threshold,
                        firstFeature + half);
                for (; above != 0; above &= above - 1) {
                    rows[size] = firstRow + r;
                    features[size++] = firstFeature + half + Long.numberOfTrailingZeros(above);
                }
            }
        }
    }

    /** A bit for each lane whose upper bound is above the threshold. */
    private static long above(
            float[] products, int at, float norm, float[] reach, float[] raised, float[] threshold, int feature) {
        FloatVector upper = FloatVector.broadcast(SPECIES, norm)
                .fma(
                        FloatVector.fromArray(SPECIES, reach, feature),
                        FloatVector.fromArray(SPECIES, products, at)
                                .add(FloatVector.fromArray(SPECIES, raised, feature)));
        return upper.compare(VectorOperators.GT, FloatVector.fromArray(SPECIES, threshold, feature))
                .toLong();
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
            ordered[rowStart[rows[i]]++] = features[i];
        }
        int from = 0;
        for (int r = 0; r < together; r++) {
            int n = rowStart[r] - from;
            Bf16.dots(
                    centredSegment,
                    (long) r * panels.stride,
                    panels.encoder,
                    orderedSegment,
                    from,
                    n,
                    panels.stride,
                    exactSegment,
                    0);
            for (int i = 0; i < n; i++) {
                int feature = ordered[from + i];
                float value = exact[i] + panels.plain.bias[feature];
                if (value > panels.plain.threshold[feature]) {
                    sink.fire(first + r, feature, value);
                }
            }
            from += n;
        }
    }
}
