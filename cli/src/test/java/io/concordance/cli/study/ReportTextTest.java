package io.concordance.cli.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.study.StudyReport;
import io.concordance.contracts.study.StudyReport.Detection;
import io.concordance.contracts.study.StudyReport.DictionaryResult;
import io.concordance.contracts.study.StudyReport.FeatureResult;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.MonitorResult;
import io.concordance.contracts.study.StudyReport.Negatives;
import io.concordance.contracts.study.StudyReport.Outcomes;
import io.concordance.contracts.study.StudyReport.ReleaseResult;
import io.concordance.contracts.study.StudyReport.Steering;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTextTest {
    private static final DictionaryResult DICTIONARY =
            new DictionaryResult(0.1234, 15.9, 0.975, 1_000_000, "sha256:abc");
    private static final StrategyResult NOTHING =
            new StrategyResult("benign", 0, null, null, 0, new Interval(0, 0.01), 0, 0, null, 400, 2000);
    private static final StrategyResult FOUND = new StrategyResult(
            "off-policy",
            2,
            0.9987,
            new Interval(0.9954, 1),
            0.975,
            new Interval(0.9543, 0.988),
            0.97,
            0.0005,
            1.25,
            400,
            2000);

    @Test
    void everyStrategyHasItsRowInAlignedColumns() {
        List<String> lines = ReportText.lines(report(
                List.of(NOTHING, FOUND),
                List.of(new FeatureResult(
                        "f_1", 7, "high", "E1", "fires on x", Json.mapper().createArrayNode())),
                new ReleaseResult(3, "sha256:def"),
                new MonitorResult(0.975, new Interval(0.95, 0.99), 0.0005, new Interval(0, 0.002), 2400, 391)));

        assertThat(lines)
                .anySatisfy(
                        line -> assertThat(line).matches("  benign +0 +- +0\\.000 \\[0\\.000, 0\\.010\\].*400 +2000"))
                .anySatisfy(line -> assertThat(line)
                        .matches("  off-policy +2 +0\\.999 \\[0\\.995, 1\\.000\\] +0\\.975 \\[0\\.954, 0\\.988\\].*"))
                .anySatisfy(line -> assertThat(line).contains("f_1", "high", "E1", "fires on x"))
                .anySatisfy(line -> assertThat(line).isEqualTo("Release 3  sha256:def"))
                .anySatisfy(line ->
                        assertThat(line).contains("recall 0.975", "(n = 400)", "(n = 2000)", "fired on 391 of 2400"))
                .anySatisfy(line -> assertThat(line).contains("0.1234", "15.9", "97.5 %", "1,000,000", "sha256:abc"))
                .anySatisfy(line -> assertThat(line).isEqualTo("Seconds   capture 12.3 total 45.0"));
        int column = header(lines).indexOf("features");
        assertThat(lines.stream()
                        .filter(line -> line.startsWith("  benign"))
                        .findFirst()
                        .orElseThrow())
                .satisfies(line -> assertThat(line.charAt(column + "features".length() - 1))
                        .isEqualTo('0'));
    }

    @Test
    void aCandidateOfASteeredModelIsToldWithWhatSteeringIsToIt() {
        StrategyResult steered = FOUND.with(List.of(new Steering("f_1", "pushed", -0.125, 700, 2, 0.009)));

        List<String> lines =
                ReportText.lines(report(List.of(steered), List.of(), null, new MonitorResult(0, null, 0, null, 0, 0)));

        assertThat(lines)
                .contains("f_1 of pushed: cosine -0.125 with the steering, fired on 2 of 700 benign transcripts when"
                        + " steered (at most 0.0090)");
    }

    @Test
    void aStudyThatFoundNothingSaysSo() {
        List<String> lines =
                ReportText.lines(report(List.of(NOTHING), List.of(), null, new MonitorResult(0, null, 0, null, 0, 0)));

        assertThat(lines).contains("No feature of concern was found.", "Nothing was released.");
    }

    @Test
    void saysWhatProbesCaughtWhichFamiliesFiredAndWhichArmsSayNothing() {
        Detection probe = new Detection(
                0.91,
                new Interval(0.9, 0.92),
                0.5,
                new Interval(0.45, 0.55),
                0.4,
                0.002,
                new Interval(0.001, 0.003),
                1.5,
                400,
                2000,
                List.of(new Negatives("near-miss", 700, 4, 0.0057, 0.0131)));
        StrategyResult off =
                StrategyResult.of("off-policy", 0, probe, 2, probe, new Outcomes(700, 800, true, 60), null);
        StrategyResult told = StrategyResult.of("instructed", 0, probe, 0, null, new Outcomes(0, 900, false, 60), null);

        List<String> lines = ReportText.lines(
                report(List.of(off, told), List.of(), null, new MonitorResult(0, null, 0, null, 0, 0)));

        assertThat(lines)
                .contains(
                        "instructed: insufficient, 0 bad and 900 ok documents; an arm needs 60 of each",
                        "False positives of probes of off-policy: near-miss 4/700 (at most 0.0131)")
                .anySatisfy(line ->
                        assertThat(line).matches("  off-policy +2 +0\\.910 .* +0\\.500 .* +0\\.400 +0\\.0020.*"))
                .anySatisfy(line -> assertThat(line).matches("  instructed +0 +- +0\\.000 +0\\.000 +0\\.0000 *"));
    }

    private static String header(List<String> lines) {
        return lines.stream().filter(line -> line.contains("AUROC")).findFirst().orElseThrow();
    }

    private static StudyReport report(
            List<StrategyResult> strategies,
            List<FeatureResult> features,
            ReleaseResult release,
            MonitorResult monitor) {
        return new StudyReport(
                "planted",
                "organism",
                DICTIONARY,
                features,
                strategies,
                release,
                monitor,
                new java.util.TreeMap<>(Map.of("capture", 12.3, "total", 45.0)));
    }
}
