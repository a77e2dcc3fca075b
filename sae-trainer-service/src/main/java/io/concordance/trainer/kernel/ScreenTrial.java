package io.concordance.trainer.kernel;

import io.concordance.contracts.kernel.Tiles;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.IntStream;

/** One tile computed as the contract says and by what was compiled here: compilers can be told to reorder sums. */
final class ScreenTrial {
    private static final KernelShape SHAPE = new KernelShape(64, Tiles.FEATURES, Tiles.ROWS);
    private static final long SEED = 1;

    private ScreenTrial() {}

    /** Whether exact products have the contract's bits and rounded ones keep to their bounds. */
    static boolean passes() {
        Random random = new Random(SEED);
        float[] rows = numbers(random, SHAPE.batch() * SHAPE.width());
        float[] encoder = numbers(random, SHAPE.features() * SHAPE.width());
        float[] tile = new float[Tiles.ROWS * Tiles.FEATURES];
        float[] exact = new float[Tiles.FEATURES];
        int[] features = IntStream.range(0, SHAPE.features()).toArray();
        try (Workers workers = new Workers(1)) {
            Rounded rounded = new Rounded(SHAPE, workers, 1);
            rounded.begin(rows, encoder, new float[SHAPE.features()]);
            boolean passes = rounded.pack();
            rounded.multiply(0, 0, MemorySegment.ofArray(tile));
            for (int r = 0; r < SHAPE.batch(); r++) {
                rounded.exact(r, MemorySegment.ofArray(features), 0, features.length, MemorySegment.ofArray(exact));
                for (int f : features) {
                    float wanted = 0;
                    for (int c = 0; c < SHAPE.width(); c++) {
                        wanted = Math.fma(rows[r * SHAPE.width() + c], encoder[f * SHAPE.width() + c], wanted);
                    }
                    float upper = rounded.bound.upper(r, f, tile[r * Tiles.FEATURES + f]);
                    passes &= exact[f] == wanted && rounded.bound.lower(r, f, upper) <= wanted && wanted <= upper;
                }
            }
            return passes;
        }
    }

    private static float[] numbers(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }
}
