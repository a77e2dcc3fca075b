package io.concordance.trainer.kernel;

import io.concordance.contracts.kernel.Tiles;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Buffers of one worker of a {@link Screen}. */
final class ScreenScratch {
    final float[] tile = new float[Tiles.ROWS * Tiles.FEATURES];
    final MemorySegment tileSegment = MemorySegment.ofArray(tile);
    float[] exact = new float[0];
    int[] features = new int[0];
    MemorySegment exactSegment = MemorySegment.NULL;

    @Nullable
    ScreenedTopK top;

    MemorySegment topFeatures = MemorySegment.NULL;

    ScreenedTopK top(int rows, int k) {
        ScreenedTopK fitting = top;
        if (fitting == null || !fitting.fits(rows, k)) {
            fitting = new ScreenedTopK(rows, k);
            top = fitting;
            topFeatures = MemorySegment.ofArray(fitting.features);
            room(fitting.capacity());
        }
        return fitting;
    }

    void room(int count) {
        if (exact.length < count) {
            exact = new float[count];
            features = new int[count];
            exactSegment = MemorySegment.ofArray(exact);
        }
    }
}
