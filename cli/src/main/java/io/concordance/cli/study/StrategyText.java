package io.concordance.cli.study;

import static io.concordance.cli.study.ReportText.interval;
import static io.concordance.cli.study.ReportText.number;

import io.concordance.cli.rest.Table;
import io.concordance.contracts.study.StudyReport.Detection;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.Negatives;
import io.concordance.contracts.study.StudyReport.Outcomes;
import io.concordance.contracts.study.StudyReport.Steering;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.contracts.study.StudyReport.Transfer;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The strategy table of a report as lines of text. */
final class StrategyText {
    private StrategyText() {}

    static void add(List<String> lines, List<StrategyResult> strategies) {
        lines.add("What a monitor would have caught in deployment, had this arm been the only source of candidates");
        lines.addAll(features(strategies).lines());
        if (strategies.stream().anyMatch(strategy -> strategy.probes() != null)) {
            lines.add("");
            lines.add("The same with linear probes in the place of features");
            lines.addAll(probes(strategies).lines());
        }
        for (StrategyResult strategy : strategies) {
            Outcomes outcomes = strategy.outcomes();
            if (outcomes != null && !outcomes.sufficient()) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%s: insufficient, %d bad and %d ok documents; an arm needs %d of each",
                        strategy.arm(),
                        outcomes.bad(),
                        outcomes.ok(),
                        outcomes.needed()));
            }
            Transfer transfer = strategy.transfer();
            if (transfer != null) {
                lines.add(
                        "From " + strategy.arm() + " to deployment: " + transfer.verdict() + ", " + transfer.reason());
            }
            for (Steering steering : strategy.steering() == null ? List.<Steering>of() : strategy.steering()) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%s of %s: cosine %.3f with the steering, fired on %d of %d benign transcripts when steered (at most"
                                + " %.4f)",
                        steering.candidate(),
                        steering.arm(),
                        steering.cosine(),
                        steering.fired(),
                        steering.transcripts(),
                        steering.upperBound()));
            }
            if (strategy.features() > 0 && strategy.negatives() != null) {
                lines.add("False positives of " + strategy.arm() + ": " + families(strategy.negatives()));
            }
            Detection probe = strategy.probe();
            if (probe != null) {
                lines.add("False positives of probes of " + strategy.arm() + ": " + families(probe.negatives()));
            }
        }
        lines.add("");
    }

    private static Table features(List<StrategyResult> strategies) {
        Table table = new Table("arm", "features", "AUROC", "recall", "before action", "false positives", "bad", "ok");
        for (StrategyResult strategy : strategies) {
            table.row(
                    strategy.arm(),
                    Integer.toString(strategy.features()),
                    auroc(strategy.auroc(), strategy.aurocCi()),
                    number("%.3f", strategy.recall()) + interval("%.3f", strategy.recallCi()),
                    number("%.3f", strategy.recallBeforeAction()),
                    number("%.4f", strategy.falsePositiveRate()),
                    Integer.toString(strategy.badTranscripts()),
                    Integer.toString(strategy.okTranscripts()));
        }
        return table;
    }

    private static Table probes(List<StrategyResult> strategies) {
        Table table = new Table("arm", "probes", "AUROC", "recall", "before action", "false positives");
        for (StrategyResult strategy : strategies) {
            Detection probe = strategy.probe();
            if (strategy.probes() == null) {
                continue;
            }
            table.row(
                    strategy.arm(),
                    Integer.toString(strategy.probes()),
                    probe == null ? "-" : auroc(probe.auroc(), probe.aurocCi()),
                    probe == null ? "0.000" : number("%.3f", probe.recall()) + interval("%.3f", probe.recallCi()),
                    probe == null ? "0.000" : number("%.3f", probe.recallBeforeAction()),
                    probe == null ? "0.0000" : number("%.4f", probe.falsePositiveRate()));
        }
        return table;
    }

    private static String auroc(@Nullable Double auroc, @Nullable Interval interval) {
        return auroc == null ? "-" : number("%.3f", auroc) + interval("%.3f", interval);
    }

    private static String families(List<Negatives> families) {
        return families.stream()
                .map(family -> String.format(
                        Locale.ROOT,
                        "%s %d/%d (at most %.4f)",
                        family.family(),
                        family.fired(),
                        family.transcripts(),
                        family.upperBound()))
                .collect(Collectors.joining(", "));
    }
}
