package io.concordance.contracts.release;

import org.jspecify.annotations.Nullable;

/**
 * Pre-activations of a release's features: {@code encoder_j · (x - decoderBias) + encoderBias_j}, each one chain of fused
 * multiply-adds over the width, so that a value is the same bits however rows are grouped, and the same as the
 * dictionary's own encoder gives. Immutable; usable from any thread.
 */
public final class FeatureReader {
    /** Rows computed together, one lane each: the inner loop runs across them so that it vectorises. */
    private static final int PANEL = 64;
    /** Below this many rows the lanes would mostly be empty. */
    private static final int FEW = 6;

    private final int width;
    private final int features;
    private final float[] encoder;
    private final float[] encoderBias;
    private final float[] decoderBias;
    private final @Nullable TiledRows tiled;
    private final Scratches<Scratch> scratches;

    private static final class Scratch {
        private final float[] panel;
        private final float[] sums = new float[PANEL];

        Scratch(int width) {
            this.panel = new float[width * PANEL];
        }
    }

    /** Receives one value a feature and row; those of one feature come in order of rows. */
    @FunctionalInterface
    public interface Sink {
        void value(int row, int feature, float preActivation);

        /** Values {@code sums[at + r * stride] + bias} of one feature on rows {@code first + r}, {@code r} below {@code count}. */
        default void values(int first, int count, int feature, float[] sums, int at, int stride, float bias) {
            for (int r = 0; r < count; r++) {
                value(first + r, feature, sums[at + r * stride] + bias);
            }
        }
    }

    /**
     * @param encoder {@code [n, d]} row-major
     * @param encoderBias {@code [n]}
     * @param decoderBias {@code [d]}
     */
    public FeatureReader(float[] encoder, float[] encoderBias, float[] decoderBias) {
        this.width = decoderBias.length;
        this.features = encoderBias.length;
        if (encoder.length != width * features) {
            throw new IllegalArgumentException(
                    encoder.length + " encoder values for " + features + " features of width " + width);
        }
        this.encoder = encoder;
        this.encoderBias = encoderBias;
        this.decoderBias = decoderBias;
        this.tiled = TiledRows.suit(features) ? new TiledRows(encoder, encoderBias, decoderBias) : null;
        this.scratches = new Scratches<>(() -> new Scratch(width));
    }

    /** Reads rows {@code [0, count)} of {@code rows}, row-major {@code [count, d]}. */
    public void read(float[] rows, int count, Sink sink) {
        if (tiled != null) {
            tiled.read(rows, count, sink);
            return;
        }
        int first = 0;
        if (count >= FEW) {
            Scratch scratch = scratches.take();
            for (; count - first >= FEW; first += PANEL) {
                panel(rows, first, Math.min(PANEL, count - first), scratch.panel, scratch.sums, sink);
            }
            scratches.give(scratch);
        }
        for (int r = first; r < count; r++) {
            for (int j = 0; j < features; j++) {
                sink.value(r, j, one(rows, r, j));
            }
        }
    }

    /** Pre-activations {@code [count, n]}, row-major. */
    public float[] read(float[] rows, int count) {
        float[] target = new float[count * features];
        read(rows, count, (row, feature, value) -> target[row * features + feature] = value);
        return target;
    }

    /** One value, the plain way; {@link #read} must give the same bits. */
    float one(float[] rows, int row, int feature) {
        float sum = 0;
        for (int i = 0; i < width; i++) {
            sum = Math.fma(rows[row * width + i] - decoderBias[i], encoder[feature * width + i], sum);
        }
        return sum + encoderBias[feature];
    }

    private void panel(float[] rows, int first, int lanes, float[] panel, float[] sums, Sink sink) {
        for (int lane = 0; lane < lanes; lane++) {
            int row = (first + lane) * width;
            for (int i = 0; i < width; i++) {
                panel[i * PANEL + lane] = rows[row + i] - decoderBias[i];
            }
        }
        for (int j = 0; j < features; j++) {
            chains(panel, j * width, sums);
            for (int lane = 0; lane < lanes; lane++) {
                sink.value(first + lane, j, sums[lane] + encoderBias[j]);
            }
        }
    }

    private void chains(float[] panel, int row, float[] sums) {
        java.util.Arrays.fill(sums, 0f);
        for (int i = 0; i < width; i++) {
            float weight = encoder[row + i];
            int at = i * PANEL;
            for (int lane = 0; lane < PANEL; lane++) {
                sums[lane] = Math.fma(panel[at + lane], weight, sums[lane]);
            }
        }
    }
}
