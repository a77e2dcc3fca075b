package io.concordance.bench.strategies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class DoseCurveTest {
    private static final List<Integer> DOSES = List.of(0, 1, 10, 100);

    @Test
    void nineTenthsOfTheWayIsReadBetweenTheDosesTried() {
        DoseCurve curve = new DoseCurve(DOSES, List.of(0.3, 0.3, 0.4, 0.8));

        double part = (0.75 - 0.4) / (0.8 - 0.4);
        double expected = Math.exp(Math.log(11) + part * (Math.log(101) - Math.log(11))) - 1;
        assertThat(curve.n90().getAsDouble()).isCloseTo(expected, within(1e-9));
        assertThat(curve.rises()).isTrue();
    }

    @Test
    void theFirstDoseThatIsEnoughCountsAlthoughAnotherFallsBehindIt() {
        DoseCurve curve = new DoseCurve(DOSES, List.of(0.0, 0.9, 1.0, 0.5));

        assertThat(curve.n90().getAsDouble()).isCloseTo(1, within(1e-9));
        assertThat(curve.rises()).isFalse();
    }

    @Test
    void aCurveThatNeverRisesHasNone() {
        assertThat(new DoseCurve(DOSES, List.of(0.4, 0.4, 0.3, 0.4)).n90()).isEmpty();
    }
}
