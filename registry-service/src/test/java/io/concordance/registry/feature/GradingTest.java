package io.concordance.registry.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GradingTest {

    @ParameterizedTest(name = "q {0}, AUROC from {1}, log odds from {2}, {3}/20 bad and {4}/400 ok: {5}")
    @CsvSource({
        "0.05,  0.51, 0.01, 18,  0, E1",
        "0.051, 0.51, 0.01, 18,  0, E0",
        "0.05,  0.50, 0.01, 18,  0, E0",
        "0.05,  0.51, 0.00, 18,  0, E0",
        "0.001, 0.90, 3.00,  0,  0, E0",
        "0.001, 0.90, 3.00,  1,  0, E0",
        "0.001, 0.90, 3.00,  2,  0, E1",
        "0.001, 0.90, 3.00,  2, 10, E0",
        "NaN,   0.90, 3.00, 18,  0, E0",
        "0.001, NaN,  3.00, 18,  0, E0",
        "0.001, 0.90, NaN,  18,  0, E0",
    })
    void followsThePublishedRule(
            double q, double aurocLow, double logOddsLow, int badExceeding, int okExceeding, Grade grade) {
        Evidence evidence = evidence(q, aurocLow, logOddsLow, badExceeding, 20, okExceeding, 400);
        assertThat(Grading.grade(List.of(evidence))).isEqualTo(grade);
    }

    @Test
    void oneArmThatAssociatesIsEnoughAndNoneIsE0() {
        Evidence weak = evidence(1, 0.4, -1, 0, 20, 0, 400);
        Evidence strong = evidence(0.01, 0.9, 2, 18, 20, 0, 400);
        assertThat(Grading.grade(List.of())).isEqualTo(Grade.E0);
        assertThat(Grading.grade(List.of(weak))).isEqualTo(Grade.E0);
        assertThat(Grading.grade(List.of(weak, strong))).isEqualTo(Grade.E1);
    }

    @Test
    void noCalibrationDocumentsConfirmNothing() {
        assertThat(Grading.grade(List.of(evidence(0.01, 0.9, 2, 0, 0, 0, 400)))).isEqualTo(Grade.E0);
        assertThat(Grading.grade(List.of(evidence(0.01, 0.9, 2, 18, 20, 0, 0)))).isEqualTo(Grade.E0);
    }

    static Evidence evidence(
            double q, double aurocLow, double logOddsLow, int badExceeding, int bad, int okExceeding, int ok) {
        return new Evidence(
                "arm",
                "off-policy",
                new Screen(30, 600, 20, 5, logOddsLow + 1, logOddsLow, logOddsLow + 2, 0.95, aurocLow, 0.99, q, q),
                new Calibration(0.5, ok, okExceeding, bad, badExceeding));
    }
}
