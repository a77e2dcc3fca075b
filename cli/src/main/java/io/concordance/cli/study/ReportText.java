package io.concordance.cli.study;

import io.concordance.cli.rest.Table;
import io.concordance.contracts.study.StudyReport;
import io.concordance.contracts.study.StudyReport.DictionaryResult;
import io.concordance.contracts.study.StudyReport.FeatureResult;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.MonitorResult;
import io.concordance.contracts.study.StudyReport.ReleaseResult;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A report as lines of text. */
final class ReportText {
    private ReportText() {}

    static List<String> lines(StudyReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("Study " + report.study() + " of model " + report.model());
        StudyReport.Triple triple = report.triple();
        if (triple != null) {
            lines.add("\"" + triple.feature() + "\" (" + triple.action() + "): " + triple.status());
        }
        lines.add("");
        dictionary(lines, report.dictionary());
        StrategyText.add(lines, report.strategies());
        features(lines, report.features());
        release(lines, report.release());
        monitor(lines, report.monitor(), report.strategies());
        timings(lines, report.timings());
        return lines;
    }

    private static void dictionary(List<String> lines, DictionaryResult dictionary) {
        lines.add("Dictionary");
        lines.addAll(new Table("FVU", "L0", "alive", "tokens", "digest")
                .row(
                        number("%.4f", dictionary.fvu()),
                        number("%.1f", dictionary.l0()),
                        percent(dictionary.alive()),
                        number("%,d", dictionary.tokens()),
                        dictionary.digest())
                .lines());
        lines.add("");
    }

    private static void features(List<String> lines, List<FeatureResult> features) {
        if (features.isEmpty()) {
            lines.add("No feature of concern was found.");
            lines.add("");
            return;
        }
        lines.add("Features of concern");
        Table table = new Table("feature", "index", "level", "grade", "label");
        for (FeatureResult feature : features) {
            table.row(
                    feature.id(), Integer.toString(feature.index()), feature.level(), feature.grade(), feature.label());
        }
        lines.addAll(table.lines());
        lines.add("");
    }

    private static void release(List<String> lines, @Nullable ReleaseResult release) {
        lines.add(release == null ? "Nothing was released." : "Release " + release.version() + "  " + release.digest());
    }

    private static void monitor(List<String> lines, @Nullable MonitorResult monitor, List<StrategyResult> strategies) {
        if (monitor == null) {
            lines.add("");
            return;
        }
        int bad = strategies.isEmpty() ? 0 : strategies.getFirst().badTranscripts();
        int ok = strategies.isEmpty() ? 0 : strategies.getFirst().okTranscripts();
        lines.add(String.format(
                Locale.ROOT,
                "Monitor   recall %.3f%s (n = %d), false positives %.4f%s (n = %d), fired on %d of %d transcripts",
                monitor.recall(),
                interval("%.3f", monitor.recallCi()),
                bad,
                monitor.falsePositiveRate(),
                interval("%.4f", monitor.falsePositiveRateCi()),
                ok,
                monitor.fires(),
                monitor.sessions()));
        lines.add("");
    }

    private static void timings(List<String> lines, Map<String, Double> timings) {
        StringBuilder line = new StringBuilder("Seconds  ");
        timings.forEach((stage, seconds) -> line.append(' ').append(stage).append(number(" %.1f", seconds)));
        lines.add(line.toString());
    }

    static String interval(String format, @Nullable Interval interval) {
        return interval == null
                ? ""
                : " [" + number(format, interval.low()) + ", " + number(format, interval.high()) + "]";
    }

    private static String percent(double share) {
        return number("%.1f %%", 100 * share);
    }

    static String number(String format, Object value) {
        return String.format(Locale.ROOT, format, value);
    }
}
