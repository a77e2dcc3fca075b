package io.concordance.interp.encode;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.kernel.Tiles;
import io.concordance.contracts.kernel.bf16.Bf16;
import java.lang.foreign.MemorySegment;

/** A dictionary's encoder in bf16 panels, and in fp32 rows for what the panels cannot decide. Shared by threads. */
final class ScreenedPanels {
    /** What the native functions read at once. */
    private static final int STRIDE = 16;

    final Panels plain;
    final int features;
    /** Width rounded up; values past the width are zero. */
    final int stride;

    final MemorySegment rounded;
    final MemorySegment encoder;
    final double[] squares;

    ScreenedPanels(Dictionary dictionary, Panels plain) {
        this.plain = plain;
        this.features = dictionary.features();
        this.stride = (plain.width + STRIDE - 1) / STRIDE * STRIDE;
        float[] padded = new float[Math.multiplyExact(features, stride)];
        for (int j = 0; j < features; j++) {
            System.arraycopy(dictionary.encoder(), j * plain.width, padded, j * stride, plain.width);
        }
        this.encoder = MemorySegment.ofArray(padded);
        this.rounded = MemorySegment.ofArray(new int[plain.panels * Tiles.FEATURES * (stride / 2)]);
        this.squares = new double[2 * plain.panels * Tiles.FEATURES];
        for (int p = 0; p < plain.panels; p++) {
            long first = (long) p * Tiles.FEATURES;
            Bf16.pack(
                    encoder,
                    first * stride,
                    stride,
                    Math.min(Tiles.FEATURES, features - first),
                    Tiles.FEATURES,
                    rounded,
                    first * (stride / 2),
                    MemorySegment.ofArray(squares),
                    2 * first);
        }
    }
}
