package io.concordance.interp.position;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class ShiftsTest {
    private static final int WINDOWS = 8;
    private static final int POSITIONS = 5;
    private static final int FILLERS = 2;
    private static final long SEED = 11;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);

    /** How strongly a feature fires on a window of its own, or another, at a position. */
    private interface Feature {
        double at(boolean own, int position);
    }

    private double[][][] read(Feature feature, boolean own) {
        double[][][] windows = new double[WINDOWS][POSITIONS][FILLERS];
        for (double[][] window : windows) {
            for (int o = 0; o < POSITIONS; o++) {
                for (int f = 0; f < FILLERS; f++) {
                    double level = feature.at(own, o);
                    window[o][f] = level == 0 ? 0 : Math.max(0, level + 0.3 * random.nextGaussian());
                }
            }
        }
        return windows;
    }

    private ShiftFinding test(Feature feature) {
        return Shifts.of(read(feature, true), read(feature, false), 0, SEED);
    }

    @Test
    void tellsTheThreeKindsApartWhateverWasObserved() {
        List<ShiftFinding> found = Shifts.adjusted(List.of(
                test((own, position) -> position == 2 ? 3 : 0),
                test((own, position) -> own ? 3 : 0),
                test((own, position) -> own && position < 2 ? 3 : 0),
                test((own, position) -> 0)));

        assertThat(found.get(0).positioning(Positioning.SEMANTIC)).isEqualTo(Positioning.POSITIONAL);
        assertThat(found.get(1).positioning(Positioning.MIXED)).isEqualTo(Positioning.SEMANTIC);
        assertThat(found.get(2).positioning(Positioning.SEMANTIC)).isEqualTo(Positioning.MIXED);
        assertThat(found.get(0).share()).isGreaterThan(0.9);
        assertThat(found.get(1).share()).isLessThan(0.02);
        assertThat(found.get(2).share()).isBetween(0.2, 0.8);
        assertThat(found.get(1).content()).isGreaterThan(0.9);
        assertThat(found.get(3).positioning(Positioning.INSUFFICIENT))
                .as("a feature that fires nowhere again is left as it was")
                .isEqualTo(Positioning.INSUFFICIENT);
    }

    @Test
    void callsOfPositionAreFalseInAtMostOneOfTwenty() {
        int called = 0;
        int features = 400;
        for (int j = 0; j < features; j++) {
            ShiftFinding found = test((own, position) -> own ? 1 : 0);
            called += found.p() <= 0.05 ? 1 : 0;
        }
        assertThat(called).as("of %s, seed %s", features, SEED).isLessThanOrEqualTo((int) (0.075 * features));
    }

    @Test
    void fewWindowsDecideNothing() {
        double[][][] few = new double[3][POSITIONS][FILLERS];
        few[0][0][0] = 1;

        ShiftFinding found = Shifts.of(few, new double[0][][], 5, SEED);

        assertThat(found.positioning(Positioning.MIXED)).isEqualTo(Positioning.MIXED);
        assertThat(found.leftOut()).isEqualTo(5);
        assertThat(Shifts.of(new double[0][][], few, 1, SEED).p()).isEqualTo(1);
    }
}
