package io.concordance.contracts.dictionary;

import java.util.Arrays;

/**
 * Reads activations with a dictionary and reports only what fires; the {@code [rows, features]} matrix never exists.
 * Each pre-activation is one chain of fused multiply-adds over the width, so a value does not depend on how rows are
 * grouped into calls. Not thread-safe: one encoder a thread.
 */
public final class SparseEncoder {
    /** Features computed together, one lane each: the inner loop runs across them so that it vectorises. */
    private static final int PANEL = 64;

    /** Rows computed together, so that a weight is loaded once for all of them; {@link #tile} is written for four. */
    private static final int ROWS = 4;

    /** Values of a row taken together, so that sums are loaded and stored once for all; {@link #tile} is written for four. */
    private static final int DEPTH = 4;

    private final Dictionary dictionary;
    private final int depth;
    private final float[] packed;
    private final float[][] centred;
    private final float[][] sums = new float[ROWS][PANEL];
    private final float[][] pre;

    /** Receives the firing features in order of row, then feature. */
    @FunctionalInterface
    public interface Sink {
        /** Feature {@code feature} fired on row {@code row} with this activation, which is above its threshold. */
        void fire(int row, int feature, float value);
    }

    public SparseEncoder(Dictionary dictionary) {
        this.dictionary = dictionary;
        int width = dictionary.width();
        int panels = (dictionary.features() + PANEL - 1) / PANEL;
        this.depth = (width + DEPTH - 1) / DEPTH * DEPTH;
        this.packed = new float[Math.multiplyExact(panels * PANEL, depth)];
        for (int j = 0; j < dictionary.features(); j++) {
            int base = j / PANEL * PANEL * depth + j % PANEL;
            for (int i = 0; i < width; i++) {
                packed[base + i * PANEL] = dictionary.encoder()[j * width + i];
            }
        }
        this.centred = new float[ROWS][depth];
        this.pre = new float[ROWS][panels * PANEL];
    }

    public Dictionary dictionary() {
        return dictionary;
    }

    /**
     * Encodes activations {@code [0, count)} of {@code rows}, row-major {@code [count, width]}.
     *
     * @throws io.concordance.contracts.problem.FieldProblem when the dictionary reads something else, see
     *     {@link #encodeInputs}
     */
    public void encode(float[] rows, int count, Sink sink) {
        dictionary.input().requirePlain();
        encodeInputs(rows, count, sink);
    }

    /** Encodes rows that are what the dictionary reads, see {@link DictionaryInput}. */
    public void encodeInputs(float[] rows, int count, Sink sink) {
        int width = dictionary.width();
        int features = dictionary.features();
        float[] bias = dictionary.encoderBias();
        float[] threshold = dictionary.threshold();
        for (int first = 0; first < count; first += ROWS) {
            int together = Math.min(ROWS, count - first);
            for (int r = 0; r < together; r++) {
                for (int i = 0; i < width; i++) {
                    centred[r][i] = rows[(first + r) * width + i] - dictionary.decoderBias()[i];
                }
            }
            for (int j = 0; j < features; j += PANEL) {
                panel(j);
            }
            for (int r = 0; r < together; r++) {
                float[] row = pre[r];
                for (int j = 0; j < features; j++) {
                    float value = row[j] + bias[j];
                    if (value > threshold[j]) {
                        sink.fire(first + r, j, value);
                    }
                }
            }
        }
    }

    private void panel(int firstFeature) {
        for (float[] sum : sums) {
            Arrays.fill(sum, 0f);
        }
        for (int i = 0; i < depth; i += DEPTH) {
            tile(
                    sums[0],
                    sums[1],
                    sums[2],
                    sums[3],
                    packed,
                    firstFeature * depth + i * PANEL,
                    centred[0][i],
                    centred[0][i + 1],
                    centred[0][i + 2],
                    centred[0][i + 3],
                    centred[1][i],
                    centred[1][i + 1],
                    centred[1][i + 2],
                    centred[1][i + 3],
                    centred[2][i],
                    centred[2][i + 1],
                    centred[2][i + 2],
                    centred[2][i + 3],
                    centred[3][i],
                    centred[3][i + 1],
                    centred[3][i + 2],
                    centred[3][i + 3]);
        }
        for (int r = 0; r < ROWS; r++) {
            System.arraycopy(sums[r], 0, pre[r], firstFeature, PANEL);
        }
    }

    /** Adds four values of each of four rows (a, b, c, d) to their sums, in the order of the values. */
    private static void tile(
            float[] sumA,
            float[] sumB,
            float[] sumC,
            float[] sumD,
            float[] weights,
            int at,
            float a0,
            float a1,
            float a2,
            float a3,
            float b0,
            float b1,
            float b2,
            float b3,
            float c0,
            float c1,
            float c2,
            float c3,
            float d0,
            float d1,
            float d2,
            float d3) {
        for (int lane = 0; lane < PANEL; lane++) {
            float w0 = weights[at + lane];
            float w1 = weights[at + PANEL + lane];
            float w2 = weights[at + 2 * PANEL + lane];
            float w3 = weights[at + 3 * PANEL + lane];
            float a = Math.fma(a3, w3, Math.fma(a2, w2, Math.fma(a1, w1, Math.fma(a0, w0, sumA[lane]))));
            float b = Math.fma(b3, w3, Math.fma(b2, w2, Math.fma(b1, w1, Math.fma(b0, w0, sumB[lane]))));
            float c = Math.fma(c3, w3, Math.fma(c2, w2, Math.fma(c1, w1, Math.fma(c0, w0, sumC[lane]))));
            float d = Math.fma(d3, w3, Math.fma(d2, w2, Math.fma(d1, w1, Math.fma(d0, w0, sumD[lane]))));
            sumA[lane] = a;
            sumB[lane] = b;
            sumC[lane] = c;
            sumD[lane] = d;
        }
    }
}
