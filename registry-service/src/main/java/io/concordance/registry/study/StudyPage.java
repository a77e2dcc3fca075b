package io.concordance.registry.study;

import io.concordance.contracts.study.StudyReport;
import io.concordance.contracts.study.StudyReport.Detection;
import io.concordance.contracts.study.StudyReport.FeatureResult;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.MonitorResult;
import io.concordance.contracts.study.StudyReport.Outcomes;
import io.concordance.contracts.study.StudyReport.ReleaseResult;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the page of a study says, as text.
 *
 * @param report null until the study completed
 */
record StudyPage(
        String id,
        String name,
        String question,
        String state,
        @Nullable String problem,
        List<StageRow> stages,
        @Nullable ReportPart report) {

    record StageRow(String name, String state, String progress, String note) {}

    record StrategyRow(
            String arm,
            int features,
            Estimate auroc,
            Estimate recall,
            String before,
            String falsePositives,
            String probes,
            Estimate probeRecall,
            String probeFalsePositives,
            String note) {}

    record FeatureRow(String id, int index, String level, String grade, String label) {}

    /** A value and, where there is one, its interval. */
    record Estimate(String value, String interval) {}

    record ReportPart(
            String dictionary,
            String digest,
            String sample,
            List<StrategyRow> strategies,
            List<FeatureRow> features,
            String release,
            String monitor) {}

    static StudyPage of(StudyRun run, @Nullable StudyReport report) {
        return new StudyPage(
                run.id().toString(),
                run.order().study().name(),
                run.order().study().scenario().feature(),
                run.state().wireName(),
                run.problem(),
                run.status().stages().stream().map(StudyPage::row).toList(),
                report == null ? null : part(report));
    }

    private static StageRow row(Stage stage) {
        String progress = stage.total() == 0
                ? ""
                : String.format(Locale.ROOT, "%,d of %,d %s", stage.done(), stage.total(), stage.unit());
        String note = stage.note();
        return new StageRow(stage.name().wireName(), stage.state().wireName(), progress, note == null ? "" : note);
    }

    private static ReportPart part(StudyReport report) {
        StudyReport.DictionaryResult dictionary = report.dictionary();
        ReleaseResult release = report.release();
        StrategyResult any = report.strategies().getFirst();
        return new ReportPart(
                String.format(
                        Locale.ROOT,
                        "FVU %.4f, L0 %.1f, %.1f %% of features alive, %,d rows trained on",
                        dictionary.fvu(),
                        dictionary.l0(),
                        100 * dictionary.alive(),
                        dictionary.tokens()),
                dictionary.digest(),
                String.format(
                        Locale.ROOT,
                        "%,d bad and %,d ok transcripts of deployment, opened after candidates and thresholds were fixed",
                        any.badTranscripts(),
                        any.okTranscripts()),
                report.strategies().stream().map(StudyPage::row).toList(),
                report.features().stream().map(StudyPage::row).toList(),
                release == null ? "Nothing was released." : "Version " + release.version() + ", " + release.digest(),
                monitor(report.monitor()));
    }

    private static StrategyRow row(StrategyResult strategy) {
        Double auroc = strategy.auroc();
        Detection probe = strategy.probe();
        return new StrategyRow(
                strategy.arm(),
                strategy.features(),
                auroc == null ? new Estimate("–", "") : estimate(auroc, strategy.aurocCi()),
                estimate(strategy.recall(), strategy.recallCi()),
                number(strategy.recallBeforeAction()),
                String.format(Locale.ROOT, "%.4f", strategy.falsePositiveRate()),
                strategy.probes() == null ? "–" : Integer.toString(strategy.probes()),
                probe == null ? new Estimate("–", "") : estimate(probe.recall(), probe.recallCi()),
                probe == null ? "–" : String.format(Locale.ROOT, "%.4f", probe.falsePositiveRate()),
                note(strategy.outcomes()));
    }

    private static String note(@Nullable Outcomes outcomes) {
        return outcomes == null || outcomes.sufficient()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "insufficient: %,d bad and %,d ok documents, needs %,d of each",
                        outcomes.bad(),
                        outcomes.ok(),
                        outcomes.needed());
    }

    private static FeatureRow row(FeatureResult feature) {
        return new FeatureRow(feature.id(), feature.index(), feature.level(), feature.grade(), feature.label());
    }

    private static String monitor(@Nullable MonitorResult monitor) {
        return monitor == null || monitor.sessions() == 0
                ? "No monitor was armed."
                : String.format(
                        Locale.ROOT,
                        "Recall %.3f, false-positive rate %.4f; fired on %,d of %,d transcripts",
                        monitor.recall(),
                        monitor.falsePositiveRate(),
                        monitor.fires(),
                        monitor.sessions());
    }

    private static Estimate estimate(double value, @Nullable Interval interval) {
        return new Estimate(
                number(value), interval == null ? "" : number(interval.low()) + "–" + number(interval.high()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
