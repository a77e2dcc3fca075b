package io.concordance.trainer.kernel;

import java.util.Random;

/** Rows, encoder and bias that make the bounds as bad as they get. */
enum HostileNumbers {
    GAUSSIAN((random, r, c) -> gaussian(random), (random, f, c) -> gaussian(random), 0.1f),
    HEAVY_TAILS(
            (random, r, c) -> gaussian(random) * (float) Math.pow(random.nextDouble(), -2),
            (random, f, c) -> gaussian(random) * (float) Math.pow(random.nextDouble(), -1),
            1),
    ONE_MASSIVE_COORDINATE(
            (random, r, c) -> c == 3 ? 5000 : gaussian(random), (random, f, c) -> gaussian(random), 0.1f),
    /** Only the order of features decides. */
    ALL_EQUAL((random, r, c) -> 1, (random, f, c) -> 1, 0),
    /** Few distinct values, so that nearly every border is a tie. */
    TIES((random, r, c) -> random.nextInt(3) - 1, (random, f, c) -> random.nextInt(3) - 1, 0),
    /** Features that differ in bits which bf16 does not have. */
    NEARLY_EQUAL((random, r, c) -> gaussian(random), (random, f, c) -> 1 + c % 7 + random.nextInt(4) * 0x1p-20f, 1e-6f),
    /** All lose the most that rounding can take, in one direction. */
    HALFWAY((random, r, c) -> 1 + 0x1p-8f * (random.nextInt(2) * 2 + 1), (random, f, c) -> 1 + 0x1.fffffep-9f, 0.01f),
    /** Sums near zero of terms that are not. */
    CANCELLATION(
            (random, r, c) -> (c % 2 == 0 ? 1 : -1) * (1000 + gaussian(random)),
            (random, f, c) -> 1 + 1e-3f * gaussian(random),
            0),
    SUBNORMAL((random, r, c) -> gaussian(random) * 1e-39f, (random, f, c) -> gaussian(random), 0),
    SUBNORMAL_PRODUCTS(
            (random, r, c) -> gaussian(random) * 1e-20f, (random, f, c) -> gaussian(random) * 1e-20f, 1e-42f),
    HUGE((random, r, c) -> gaussian(random) * 1e18f, (random, f, c) -> gaussian(random) * 1e18f, 1e30f),
    EVERY_SCALE(
            (random, r, c) -> (float) Math.scalb(gaussian(random), random.nextInt(60) - 30 - 20 * (r % 4)),
            (random, f, c) -> (float) Math.scalb(gaussian(random), random.nextInt(40) - 20 + f % 9),
            1),
    ZERO_ROWS((random, r, c) -> r % 3 == 0 ? 0 : gaussian(random), (random, f, c) -> gaussian(random), 0.1f),
    ZERO_FEATURES((random, r, c) -> gaussian(random), (random, f, c) -> f % 2 == 0 ? 0 : gaussian(random), 0.1f),
    NOTHING_POSITIVE((random, r, c) -> 1 + random.nextFloat(), (random, f, c) -> -random.nextFloat(), 0),
    FEW_POSITIVE(
            (random, r, c) -> 1 + random.nextFloat(), (random, f, c) -> (f % 50 == 0 ? 1 : -1) * random.nextFloat(), 0),
    ROWS_NOT_FINITE(
            (random, r, c) -> r % 5 == 0 && c == 1 ? Float.POSITIVE_INFINITY : gaussian(random),
            (random, f, c) -> gaussian(random),
            0),
    ROWS_NOT_NUMBERS(
            (random, r, c) -> r == 7 && c == 1 ? Float.NaN : gaussian(random), (random, f, c) -> gaussian(random), 0),
    WEIGHTS_NOT_FINITE(
            (random, r, c) -> gaussian(random),
            (random, f, c) -> f == 9 && c == 1 ? Float.POSITIVE_INFINITY : gaussian(random),
            0),
    BIAS_DECIDES((random, r, c) -> gaussian(random) * 1e-6f, (random, f, c) -> gaussian(random) * 1e-6f, 100);

    interface Numbers {
        float next(Random random, int row, int column);
    }

    private final Numbers rows;
    private final Numbers features;
    private final float bias;

    HostileNumbers(Numbers rows, Numbers features, float bias) {
        this.rows = rows;
        this.features = features;
        this.bias = bias;
    }

    private static float gaussian(Random random) {
        return (float) random.nextGaussian();
    }

    float[] rows(Random random, KernelShape shape) {
        return matrix(random, shape.batch(), shape.width(), rows);
    }

    float[] encoder(Random random, KernelShape shape) {
        return matrix(random, shape.features(), shape.width(), features);
    }

    float[] bias(Random random, KernelShape shape) {
        return matrix(random, 1, shape.features(), (r, x, y) -> bias * gaussian(r));
    }

    private static float[] matrix(Random random, int rows, int columns, Numbers numbers) {
        float[] matrix = new float[rows * columns];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                matrix[r * columns + c] = numbers.next(random, r, c);
            }
        }
        return matrix;
    }
}
