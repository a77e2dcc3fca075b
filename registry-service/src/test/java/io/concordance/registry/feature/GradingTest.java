package io.concordance.registry.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.event.FeatureAttributed.Ablation;
import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Contrast;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import java.util.List;
import java.util.stream.IntStream;
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

    @ParameterizedTest(name = "{0} features, {1} transcripts, effect from {2}, necessity over {3} from {4}: {5}")
    @CsvSource({
        "1, 20,  0.01, 20,  0.01, E2",
        "2, 20,  0.01, 20,  0.01, E1",
        "1, 19,  0.01, 20,  0.01, E1",
        "1, 20,  0.00, 20,  0.01, E1",
        "1, 20, -0.50, 20,  0.01, E1",
        "1, 20,  0.01, 19,  0.01, E1",
        "1, 20,  0.01, 20,  0.00, E1",
        "1, 20,  NaN,  20,  0.01, E1",
        "1, 20,  0.01, 20,  NaN,  E1",
    })
    void isE2WhereRemovingTheFeatureAloneMakesTheOutcomeRarer(
            int features, int transcripts, double low, int prompts, double necessityLow, Grade grade) {
        Evidence associated = evidence(0.01, 0.9, 2, 18, 20, 0, 400);
        Ablation ablation = new Ablation(
                IntStream.range(0, features).boxed().toList(),
                transcripts,
                low + 1,
                low,
                low + 2,
                1,
                new Contrast(prompts, prompts, 2, 0.9, necessityLow, 1),
                null);

        assertThat(Grading.grade(List.of(with(associated, ablation)))).isEqualTo(grade);
        assertThat(Grading.grade(List.of(with(evidence(1, 0.4, -1, 0, 20, 0, 400), ablation))))
                .isEqualTo(Grade.E0);
    }

    @Test
    void anEffectOnLogProbabilitiesAloneIsNotE2() {
        Ablation ablation = new Ablation(List.of(3), 50, 2, 1, 3, 1, null, null);

        assertThat(Grading.grade(List.of(with(evidence(0.01, 0.9, 2, 18, 20, 0, 400), ablation))))
                .isEqualTo(Grade.E1);
    }

    private static Evidence with(Evidence evidence, Ablation ablation) {
        return new Evidence(
                evidence.arm(), evidence.armKind(), evidence.screen(), evidence.calibration(), null, ablation);
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
