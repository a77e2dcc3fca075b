package io.concordance.contracts.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PairedDifferenceTest {
    private static final long SEED = 11;

    /** Agresti and Min (2005) by hand: n* = 54, p12 = 12.5 / 54, p21 = 3.5 / 54. */
    @Test
    void addsHalfAUnitToEachCell() {
        PairedDifference difference = PairedDifference.of(12, 3, 52);

        assertThat(difference.difference()).isCloseTo(9 / 52.0, within(1e-12));
        assertThat(difference.low()).isCloseTo(0.02846, within(1e-4));
        assertThat(difference.high()).isCloseTo(0.30488, within(1e-4));
    }

    @Test
    void staysWithinItsBoundsAndIsEmptyOfNothing() {
        assertThat(PairedDifference.of(0, 0, 0)).satisfies(none -> {
            assertThat(none.difference()).isNaN();
            assertThat(none.low()).isEqualTo(-1);
            assertThat(none.high()).isEqualTo(1);
        });
        assertThat(PairedDifference.of(5, 0, 5).high()).isLessThanOrEqualTo(1);
        assertThat(PairedDifference.of(0, 0, 20).low()).isNegative();
        assertThatThrownBy(() -> PairedDifference.of(3, 3, 5)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void coversTheTruthInAbout95Of100() {
        Random random = new Random(SEED);
        int covered = 0;
        for (int i = 0; i < 2000; i++) {
            int first = 0;
            int second = 0;
            for (int u = 0; u < 40; u++) {
                double draw = random.nextDouble();
                first += draw < 0.3 ? 1 : 0;
                second += draw > 0.9 ? 1 : 0;
            }
            PairedDifference difference = PairedDifference.of(first, second, 40);
            covered += difference.low() <= 0.2 && 0.2 <= difference.high() ? 1 : 0;
        }
        assertThat(covered / 2000.0).as("seed " + SEED).isBetween(0.93, 0.985);
    }
}
