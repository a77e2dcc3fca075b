package io.concordance.interp.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LogisticFitTest {
    private static final int ROWS = 300;
    private static final int WIDTH = 7;

    private final float[] x = new float[ROWS * WIDTH];
    private final boolean[] bad = new boolean[ROWS];

    private void rows(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < ROWS; i++) {
            bad[i] = random.nextInt(4) == 0;
            for (int k = 0; k < WIDTH; k++) {
                x[i * WIDTH + k] = (float) (random.nextGaussian() + (bad[i] && k < 2 ? 1.5 : 0));
            }
        }
    }

    /** Both classes the same together. */
    private double[] weights() {
        int positives = 0;
        for (boolean b : bad) {
            positives += b ? 1 : 0;
        }
        double[] weights = new double[ROWS];
        for (int i = 0; i < ROWS; i++) {
            weights[i] = 0.5 / (bad[i] ? positives : ROWS - positives);
        }
        return weights;
    }

    /** Straight from the definition. */
    private double loss(double[] theta) {
        int positives = 0;
        for (boolean b : bad) {
            positives += b ? 1 : 0;
        }
        double loss = 0;
        for (int i = 0; i < ROWS; i++) {
            double margin = theta[WIDTH];
            for (int k = 0; k < WIDTH; k++) {
                margin += theta[k] * x[i * WIDTH + k];
            }
            double c = 0.5 / (bad[i] ? positives : ROWS - positives);
            loss += c * Math.log(1 + Math.exp(bad[i] ? -margin : margin));
        }
        for (int k = 0; k < WIDTH; k++) {
            loss += LogisticFit.PENALTY / 2 * theta[k] * theta[k];
        }
        return loss;
    }

    /** The objective is strictly convex, so a point where nothing gets better is the minimum. */
    @Test
    void noStepInAnyDirectionLowersTheLoss() {
        for (long seed = 1; seed <= 5; seed++) {
            rows(seed);
            double[] theta = new LogisticFit(x, bad, weights(), WIDTH).run();
            assertThat(new LogisticFit(x, bad, weights(), WIDTH).loss(theta)).isCloseTo(loss(theta), within(1e-12));
            for (int k = 0; k <= WIDTH; k++) {
                double[] up = theta.clone();
                double[] down = theta.clone();
                up[k] += 1e-5;
                down[k] -= 1e-5;
                assertThat((loss(up) - loss(down)) / 2e-5)
                        .as("seed %d, derivative %d", seed, k)
                        .isCloseTo(0, within(1e-6));
            }
        }
    }

    @Test
    void theSameRowsGiveTheSameBitsAlsoWhereClassesAreSeparable() {
        rows(9);
        for (int i = 0; i < ROWS; i++) {
            x[i * WIDTH] = bad[i] ? 5 : -5;
        }
        double[] theta = new LogisticFit(x, bad, weights(), WIDTH).run();
        assertThat(theta).isEqualTo(new LogisticFit(x, bad, weights(), WIDTH).run());
        assertThat(theta[0]).isPositive().isFinite();
    }

    @Test
    void oneClassCannotBeFitted() {
        assertThatThrownBy(() -> new LogisticFit(
                        new float[WIDTH * 2], new boolean[] {true, true}, new double[] {0.5, 0.5}, WIDTH))
                .hasMessageContaining("both classes");
    }
}
