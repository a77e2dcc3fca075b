package io.concordance.registry.study;

import io.concordance.contracts.study.Study;
import io.concordance.contracts.study.StudyReport;
import io.concordance.contracts.study.StudyReport.Coverage;
import io.concordance.contracts.study.StudyReport.Detection;
import io.concordance.contracts.study.StudyReport.FeatureResult;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.MonitorResult;
import io.concordance.contracts.study.StudyReport.Outcomes;
import io.concordance.contracts.study.StudyReport.ReleaseResult;
import io.concordance.contracts.study.StudyReport.Steering;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.contracts.study.StudyReport.Transfer;
import io.concordance.contracts.study.StudyReport.Transfer.Side;
import io.concordance.registry.page.TokenText;
import io.concordance.registry.page.figure.Figure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the page of a study says, as text.
 *
 * @param report null until the study completed
 */
record StudyPage(
        String id,
        String name,
        Triple triple,
        String state,
        @Nullable String problem,
        List<StageRow> stages,
        @Nullable ReportPart report) {

    /**
     * What the study asks about.
     *
     * @param status how far the evidence goes, and why; empty until it completed
     */
    record Triple(String feature, String model, String action, String status, List<String> reasons) {}

    /** @param took seconds of wall time; empty until it ended */
    record StageRow(String name, String state, String progress, String took, String note) {}

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

    /** A candidate whose threshold an arm fixed, in deployment. */
    record TransferRow(
            String arm,
            String verdict,
            String reason,
            String auroc,
            Estimate aurocThere,
            String recall,
            Estimate recallThere,
            String benignMaximum,
            List<String> lengths) {}

    record CoverageRow(
            String arm, String outcome, String sample, String fvu, String residual, String norm, String l0) {}

    record FeatureRow(String id, int index, String level, String grade, String label) {}

    /** A value and, where there is one, its interval. */
    record Estimate(String value, String interval) {}

    record ReportPart(
            String dictionary,
            String digest,
            String sample,
            List<StrategyRow> strategies,
            List<TransferRow> transfers,
            List<CoverageRow> coverage,
            List<FeatureRow> features,
            List<Figure> figures,
            List<Figure> tables,
            @Nullable Long version,
            String release,
            String monitor) {}

    /** The script that keeps the page up to date; null once nothing will change. */
    public @Nullable String script() {
        return state.equals(StudyState.RUNNING.wireName()) ? "live" : null;
    }

    static StudyPage of(StudyRun run, @Nullable StudyReport report) {
        String problem = run.problem();
        return new StudyPage(
                run.id().toString(),
                run.order().study().name(),
                triple(run, report),
                run.state().wireName(),
                problem == null ? null : TokenText.plain(problem),
                run.status().stages().stream().map(StudyPage::row).toList(),
                report == null ? null : part(run, report));
    }

    private static Triple triple(StudyRun run, @Nullable StudyReport report) {
        Study.Scenario scenario = run.order().study().scenario();
        StudyReport.Triple found = report == null ? null : report.triple();
        return new Triple(
                TokenText.plain(scenario.feature()),
                TokenText.plain(scenario.model()),
                TokenText.plain(scenario.action().contains()),
                found == null ? "" : words(found.status()),
                found == null
                        ? List.of()
                        : found.reasons().stream().map(TokenText::plain).toList());
    }

    private static String words(String status) {
        return switch (status) {
            case "insufficient" -> "Too few documents to say anything";
            case "not-found" -> "No feature qualified";
            case "associated" ->
                "Associated with the action; neither shown to bring it about nor to carry over to deployment";
            case "carries" -> "Associated with the action and carries over to deployment; not shown to bring it about";
            case "causes" -> "Brings the action about; not shown to carry over to deployment";
            case "established" -> "Brings the action about and carries over to deployment";
            default -> status;
        };
    }

    /** Figures and tables whose data can be had, once there is a report. */
    static List<Figure> figures(StudyRun run, StudyReport report) {
        return StudyFigures.of(report, run.order().study().evaluate().maxFalsePositiveRate(), "/studies/" + run.id());
    }

    private static StageRow row(Stage stage) {
        Instant begin = stage.startedAt();
        Instant end = stage.finishedAt();
        String took = begin == null || end == null
                ? ""
                : String.format(
                        Locale.ROOT, "%.1f s", Duration.between(begin, end).toMillis() / 1e3);
        String progress = stage.total() == 0
                ? ""
                : String.format(Locale.ROOT, "%,d of %,d %s", stage.done(), stage.total(), stage.unit());
        String note = stage.note();
        return new StageRow(
                stage.name().wireName(),
                stage.state().wireName(),
                progress,
                took,
                note == null ? "" : TokenText.plain(note));
    }

    private static ReportPart part(StudyRun run, StudyReport report) {
        List<Figure> figures = figures(run, report);
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
                report.strategies().stream()
                        .flatMap(strategy -> transfer(strategy).stream())
                        .toList(),
                coverage(report.coverage()),
                report.features().stream().map(StudyPage::row).toList(),
                figures.stream().filter(figure -> figure.drawing() != null).toList(),
                figures.stream().filter(figure -> figure.drawing() == null).toList(),
                release == null ? null : (Long) release.version(),
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
                note(strategy));
    }

    private static Optional<TransferRow> transfer(StrategyResult strategy) {
        Transfer card = strategy.transfer();
        if (card == null) {
            return Optional.empty();
        }
        Side source = card.source();
        Side there = card.deployment();
        Double auroc = there.auroc();
        Double benign = card.benignMaximum();
        return Optional.of(new TransferRow(
                strategy.arm(),
                card.verdict(),
                card.reason(),
                source.auroc() == null ? "–" : number(source.auroc()),
                auroc == null ? new Estimate("–", "") : estimate(auroc, there.aurocCi()),
                share(source.caught(), source.bad()),
                new Estimate(share(there.caught(), there.bad()), share(there.fired(), there.ok()) + " ok ones"),
                benign == null ? "–" : number(benign),
                card.lengths().stream()
                        .map(length -> String.format(
                                Locale.ROOT,
                                "%,d to %,d: %s, %s ok ones",
                                length.from(),
                                length.to(),
                                share(length.caught(), length.bad()),
                                share(length.fired(), length.ok())))
                        .toList()));
    }

    private static List<CoverageRow> coverage(@Nullable List<Coverage> arms) {
        return arms == null
                ? List.of()
                : arms.stream()
                        .map(arm -> new CoverageRow(
                                arm.arm(),
                                arm.outcome(),
                                String.format(Locale.ROOT, "%,d of %,d", arm.rows(), arm.transcripts()),
                                arm.fvu() == null ? "–" : String.format(Locale.ROOT, "%.4f", arm.fvu()),
                                number(arm.residual()),
                                number(arm.norm()),
                                String.format(Locale.ROOT, "%.1f", arm.l0())))
                        .toList();
    }

    private static String share(int k, int n) {
        return String.format(Locale.ROOT, "%,d of %,d", k, n);
    }

    private static String note(StrategyResult strategy) {
        List<String> notes = new ArrayList<>();
        Outcomes outcomes = strategy.outcomes();
        if (outcomes != null && !outcomes.sufficient()) {
            notes.add(String.format(
                    Locale.ROOT,
                    "insufficient: %,d bad and %,d ok documents, needs %,d of each",
                    outcomes.bad(),
                    outcomes.ok(),
                    outcomes.needed()));
        }
        for (Steering steering : strategy.steering() == null ? List.<Steering>of() : strategy.steering()) {
            notes.add(String.format(
                    Locale.ROOT,
                    "%s: cosine %.3f with the steering, fired on %,d of %,d benign transcripts when steered",
                    steering.candidate(),
                    steering.cosine(),
                    steering.fired(),
                    steering.transcripts()));
        }
        return String.join("; ", notes);
    }

    private static FeatureRow row(FeatureResult feature) {
        return new FeatureRow(
                feature.id(), feature.index(), feature.level(), feature.grade(), TokenText.plain(feature.label()));
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
