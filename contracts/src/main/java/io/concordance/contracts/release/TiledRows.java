package io.concordance.contracts.release;

import io.concordance.contracts.kernel.Tiles;

/**
 * {@link FeatureReader}'s sums a tile at a time. Loaded only where the Java virtual machine has vectors; the sums are the
 * same bits as without.
 */
final class TiledRows {
    private static final String MODULE = "jdk.incubator.vector";

    /** Tiles that go through a panel before the next panel, which is then fetched as many times less often. */
    private static final int GROUP = 4;

    /** Between rows of a group, so that they do not meet in the same lines of a cache where the width is a power of two. */
    private static final int GAP = 16;

    private final int width;
    private final int features;
    /** {@code [panels, width, FEATURES]}. */
    private final float[] packed;

    private final float[] encoderBias;
    private final float[] decoderBias;
    private final Scratches<Scratch> scratches;

    private static final class Scratch {
        private final float[] rows;
        private final float[] tile = new float[Tiles.ROWS * Tiles.FEATURES];

        Scratch(int width) {
            this.rows = new float[GROUP * Tiles.ROWS * (width + GAP)];
        }
    }

    /** @param encoder {@code [n, d]} row-major */
    TiledRows(float[] encoder, float[] encoderBias, float[] decoderBias) {
        this.width = decoderBias.length;
        this.features = encoderBias.length;
        this.encoderBias = encoderBias;
        this.decoderBias = decoderBias;
        int panels = (features + Tiles.FEATURES - 1) / Tiles.FEATURES;
        this.packed = new float[Math.multiplyExact(panels * Tiles.FEATURES, width)];
        for (int j = 0; j < features; j++) {
            int base = j / Tiles.FEATURES * Tiles.FEATURES * width + j % Tiles.FEATURES;
            for (int i = 0; i < width; i++) {
                packed[base + i * Tiles.FEATURES] = encoder[j * width + i];
            }
        }
        this.scratches = new Scratches<>(() -> new Scratch(width));
    }

    /** Whether tiles are to be had here and worth their while for so many features. */
    static boolean suit(int features) {
        return ModuleLayer.boot().findModule(MODULE).isPresent() && Tiles.suitable() && 2 * features >= Tiles.FEATURES;
    }

    /** Values of rows {@code [0, count)}: those of one feature in order of rows. */
    void read(float[] rows, int count, FeatureReader.Sink sink) {
        Scratch scratch = scratches.take();
        int most = GROUP * Tiles.ROWS;
        for (int group = 0; group < count; group += most) {
            int present = Math.min(most, count - group);
            for (int r = 0; r < present; r++) {
                Tiles.subtract(rows, (group + r) * width, decoderBias, scratch.rows, r * (width + GAP));
            }
            for (int panel = 0; panel * Tiles.FEATURES < features; panel++) {
                for (int r = 0; r < present; r += Tiles.ROWS) {
                    int at = r * (width + GAP);
                    Tiles.multiplyRows(scratch.rows, at, width + GAP, packed, panel, width, scratch.tile);
                    hand(group + r, Math.min(Tiles.ROWS, present - r), panel * Tiles.FEATURES, scratch.tile, sink);
                }
            }
        }
        scratches.give(scratch);
    }

    private void hand(int first, int present, int feature, float[] tile, FeatureReader.Sink sink) {
        int most = Math.min(Tiles.FEATURES, features - feature);
        for (int j = 0; j < most; j++) {
            sink.values(first, present, feature + j, tile, j, Tiles.FEATURES, encoderBias[feature + j]);
        }
    }
}
