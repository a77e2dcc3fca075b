package io.concordance.contracts.kernel.bf16;

import io.concordance.contracts.kernel.Tiles;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Whether screening works on this machine: one tile is computed as the contract says and by what was compiled here, since
 * compilers can be told to reorder sums.
 */
public final class ScreenTrial {
    private static final int WIDTH = 64;
    private static final long SEED = 1;

    private ScreenTrial() {}

    /** Found once. */
    private static final class Found {
        static final Optional<String> OBSTACLE = find();

        private static Optional<String> find() {
            if (Tiles.ROWS != Bf16.ROWS || Tiles.FEATURES != Bf16.FEATURES) {
                return Optional.of("the vectors here are of " + Tiles.SPECIES.vectorBitSize() + " bits");
            }
            Optional<String> obstacle = Bf16.obstacle();
            return obstacle.isPresent() || passes()
                    ? obstacle
                    : Optional.of("what the compiler made of the products is wrong");
        }
    }

    /** What keeps this machine from screening; empty when nothing does. The first call takes some tenths of a second. */
    public static Optional<String> obstacle() {
        return Found.OBSTACLE;
    }

    /** Whether exact products have the contract's bits and rounded ones keep to their bounds. */
    private static boolean passes() {
        Random random = new Random(SEED);
        float[] rows = numbers(random, Tiles.ROWS * WIDTH);
        float[] encoder = numbers(random, Tiles.FEATURES * WIDTH);
        double[] rowSquares = new double[2 * Tiles.ROWS];
        double[] featureSquares = new double[2 * Tiles.FEATURES];
        MemorySegment packedRows = packed(rows, Tiles.ROWS, rowSquares);
        MemorySegment packedFeatures = packed(encoder, Tiles.FEATURES, featureSquares);
        ScreenBound bound = new ScreenBound(WIDTH, Tiles.ROWS);
        bound.rows(rowSquares);
        boolean passes = bound.features(featureSquares, new float[Tiles.FEATURES], Tiles.FEATURES, Tiles.FEATURES);
        float[] tile = new float[Tiles.ROWS * Tiles.FEATURES];
        Bf16.multiply(packedRows, 0, packedFeatures, 0, WIDTH / 2, MemorySegment.ofArray(tile));
        MemorySegment features =
                MemorySegment.ofArray(IntStream.range(0, Tiles.FEATURES).toArray());
        float[] exact = new float[Tiles.FEATURES];
        for (int r = 0; r < Tiles.ROWS; r++) {
            Bf16.dots(
                    MemorySegment.ofArray(rows),
                    (long) r * WIDTH,
                    MemorySegment.ofArray(encoder),
                    features,
                    0,
                    Tiles.FEATURES,
                    WIDTH,
                    MemorySegment.ofArray(exact),
                    0);
            for (int f = 0; f < Tiles.FEATURES; f++) {
                float wanted = 0;
                for (int c = 0; c < WIDTH; c++) {
                    wanted = Math.fma(rows[r * WIDTH + c], encoder[f * WIDTH + c], wanted);
                }
                float upper = bound.upper(r, f, tile[r * Tiles.FEATURES + f]);
                passes &= exact[f] == wanted && bound.lower(r, f, upper) <= wanted && wanted <= upper;
            }
        }
        return passes;
    }

    private static MemorySegment packed(float[] vectors, int lanes, double[] squares) {
        MemorySegment packed = MemorySegment.ofArray(new int[lanes * WIDTH / 2]);
        Bf16.pack(MemorySegment.ofArray(vectors), 0, WIDTH, lanes, lanes, packed, 0, MemorySegment.ofArray(squares), 0);
        return packed;
    }

    private static float[] numbers(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }
}
