package io.concordance.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CentresTest {
    private static final long SEED = 17;
    private static final int WIDTH = 12;

    private static float[] rows(int count, int outliers) {
        Random random = new Random(SEED);
        float[] rows = new float[count * WIDTH];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) (i % WIDTH + random.nextGaussian() + (i / WIDTH < outliers ? 1000 : 0));
        }
        return rows;
    }

    /** Weiszfeld's iteration as it stands in the textbook, until nothing moves. */
    private static double[] reference(float[] rows, int count) {
        double[] centre = new double[WIDTH];
        for (int i = 0; i < count * WIDTH; i++) {
            centre[i % WIDTH] += rows[i] / (double) count;
        }
        double moved = 1;
        while (moved > 1e-12) {
            double[] sum = new double[WIDTH];
            double weights = 0;
            for (int r = 0; r < count; r++) {
                double weight = 1 / distance(rows, r, centre);
                for (int c = 0; c < WIDTH; c++) {
                    sum[c] += weight * rows[r * WIDTH + c];
                }
                weights += weight;
            }
            moved = 0;
            for (int c = 0; c < WIDTH; c++) {
                moved = Math.max(moved, Math.abs(sum[c] / weights - centre[c]));
                centre[c] = sum[c] / weights;
            }
        }
        return centre;
    }

    private static double distance(float[] rows, int row, double[] centre) {
        double squares = 0;
        for (int c = 0; c < WIDTH; c++) {
            squares += Math.pow(rows[row * WIDTH + c] - centre[c], 2);
        }
        return Math.sqrt(squares);
    }

    private static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        Arrays.setAll(wide, i -> values[i]);
        return wide;
    }

    private static double distances(float[] rows, int count, double[] centre) {
        double sum = 0;
        for (int r = 0; r < count; r++) {
            sum += distance(rows, r, centre);
        }
        return sum;
    }

    @Test
    void theGeometricMedianIsWeiszfelds() {
        for (int outliers : new int[] {0, 40}) {
            float[] rows = rows(200, outliers);
            double[] expected = reference(rows, 200);

            double[] median = widened(Centres.geometricMedian(rows, 200, WIDTH));

            for (int c = 0; c < WIDTH; c++) {
                assertThat(median[c]).isCloseTo(expected[c], within(0.01));
            }
            assertThat(distances(rows, 200, median)).isCloseTo(distances(rows, 200, expected), withinPercentage(0.001));
        }
    }

    @Test
    void aFifthOfOutliersDrawsTheMeanAwayButNotTheMedian() {
        float[] rows = rows(200, 40);
        float[] median = Centres.geometricMedian(rows, 200, WIDTH);
        for (int c = 0; c < WIDTH; c++) {
            assertThat(median[c]).isCloseTo(c, within(1f));
        }
    }

    @Test
    void equalRowsAreTheirOwnCentre() {
        float[] rows = new float[5 * WIDTH];
        Arrays.fill(rows, 3.5f);
        assertThat(Centres.geometricMedian(rows, 5, WIDTH)).containsOnly(3.5f);
        assertThat(Centres.geometricMedian(rows, 1, WIDTH)).containsOnly(3.5f);
    }

    @Test
    void scaledRowsHaveAMeanSquareOfOneACoordinate() {
        float[] rows = rows(100, 0);
        float scale = Centres.unitScale(rows, 100, WIDTH);
        double squares = 0;
        for (float value : rows) {
            squares += Math.pow(scale * value, 2);
        }
        assertThat(squares / rows.length).isCloseTo(1, within(1e-5));
        assertThat(Centres.unitScale(new float[24], 2, WIDTH)).isEqualTo(1);
    }
}
