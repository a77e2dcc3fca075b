package io.concordance.contracts.dictionary;

/**
 * Reads activations with a dictionary and reports only what fires; the {@code [rows, features]} matrix never exists.
 * Each pre-activation is one chain of fused multiply-adds over the width, so a value does not depend on how rows are
 * grouped into calls. Not thread-safe: one encoder a thread.
 */
public final class SparseEncoder {
    /** Features computed together, one lane each: the inner loop runs across them so that it vectorises. */
    private static final int PANEL = 64;

    private final Dictionary dictionary;
    private final float[] packed;
    private final float[] centred;
    private final float[] sums = new float[PANEL];

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
        this.packed = new float[Math.multiplyExact(panels * PANEL, width)];
        for (int j = 0; j < dictionary.features(); j++) {
            int base = j / PANEL * PANEL * width + j % PANEL;
            for (int i = 0; i < width; i++) {
                packed[base + i * PANEL] = dictionary.encoder()[j * width + i];
            }
        }
        this.centred = new float[width];
    }

    public Dictionary dictionary() {
        return dictionary;
    }

    /**
     * Encodes rows {@code [0, count)} of {@code rows}, row-major {@code [count, width]}.
     */
    public void encode(float[] rows, int count, Sink sink) {
        int width = dictionary.width();
        int features = dictionary.features();
        float[] bias = dictionary.encoderBias();
        float[] threshold = dictionary.threshold();
        for (int r = 0; r < count; r++) {
            for (int i = 0; i < width; i++) {
                centred[i] = rows[r * width + i] - dictionary.decoderBias()[i];
            }
            for (int first = 0; first < features; first += PANEL) {
                panel(first * width);
                int last = Math.min(PANEL, features - first);
                for (int lane = 0; lane < last; lane++) {
                    float pre = sums[lane] + bias[first + lane];
                    if (pre > threshold[first + lane]) {
                        sink.fire(r, first + lane, pre);
                    }
                }
            }
        }
    }

    private void panel(int base) {
        float[] target = sums;
        java.util.Arrays.fill(target, 0f);
        for (int i = 0; i < centred.length; i++) {
            float x = centred[i];
            int at = base + i * PANEL;
            for (int lane = 0; lane < PANEL; lane++) {
                target[lane] = Math.fma(x, packed[at + lane], target[lane]);
            }
        }
    }
}
