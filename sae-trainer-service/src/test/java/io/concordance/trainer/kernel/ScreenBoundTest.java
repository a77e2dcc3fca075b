package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.concordance.contracts.kernel.Tiles;
import io.concordance.contracts.kernel.bf16.ScreenBound;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every fp32 pre-activation lies between its bounds, and these are as near as screening needs. */
class ScreenBoundTest {
    private static final KernelShape SHAPE = new KernelShape(208, 64, 36);

    private float[] rows = new float[0];
    private float[] encoder = new float[0];
    private float[] bias = new float[0];
    private double widest;
    private int bounded;

    @ParameterizedTest
    @EnumSource
    void everyValueLiesBetweenItsBounds(HostileNumbers numbers) {
        assumeTrue(Screen.runs(), "not run: no bf16 products");
        long seed = new Random().nextLong();
        System.out.println(numbers + " seed " + seed);
        Random random = new Random(seed);
        rows = numbers.rows(random, SHAPE);
        encoder = numbers.encoder(random, SHAPE);
        bias = numbers.bias(random, SHAPE);
        check();
        System.out.println(bounded + " pairs bounded, within " + widest + " of ||x|| ||w||");
    }

    @Test
    void gaussiansAreBoundedWithinASmallPartOfTheirLengths() {
        assumeTrue(Screen.runs(), "not run: no bf16 products");
        Random random = new Random(1);
        rows = HostileNumbers.GAUSSIAN.rows(random, SHAPE);
        encoder = HostileNumbers.GAUSSIAN.encoder(random, SHAPE);
        bias = new float[SHAPE.features()];
        check();
        assertThat(bounded).isEqualTo(SHAPE.batch() * SHAPE.features());
        assertThat(widest).isLessThan(0.009);
    }

    private void check() {
        try (Workers workers = new Workers(1)) {
            Rounded rounded = new Rounded(SHAPE, workers, SHAPE.batch() / Tiles.ROWS);
            rounded.begin(rows, encoder, bias);
            if (!rounded.pack()) {
                return;
            }
            float[] tile = new float[Tiles.ROWS * Tiles.FEATURES];
            for (int block = 0; block < SHAPE.batch() / Tiles.ROWS; block++) {
                for (int panel = 0; panel < rounded.panels; panel++) {
                    rounded.multiply(block, panel, MemorySegment.ofArray(tile));
                    for (int i = 0; i < tile.length; i++) {
                        check(
                                rounded.bound,
                                block * Tiles.ROWS + i / Tiles.FEATURES,
                                panel * Tiles.FEATURES + i % Tiles.FEATURES,
                                tile[i]);
                    }
                }
            }
        }
    }

    private void check(ScreenBound bound, int row, int feature, float product) {
        if (!bound.trusted(row)) {
            return;
        }
        float sum = 0;
        double rowSquares = 0;
        double featureSquares = 0;
        for (int c = 0; c < SHAPE.width(); c++) {
            float x = rows[row * SHAPE.width() + c];
            float w = encoder[feature * SHAPE.width() + c];
            sum = Math.fma(x, w, sum);
            rowSquares += (double) x * x;
            featureSquares += (double) w * w;
        }
        float z = sum + bias[feature];
        float upper = bound.upper(row, feature, product);
        float lower = bound.lower(row, feature, upper);
        assertThat(z).as("row %d, feature %d", row, feature).isBetween(lower, upper);
        bounded++;
        double lengths = Math.sqrt(rowSquares) * Math.sqrt(featureSquares);
        widest = Math.max(widest, ((double) upper - lower) / lengths);
    }
}
