package io.concordance.bench.strategies;

import io.concordance.bench.Report;
import io.concordance.contracts.study.StudyReport.Detection;
import io.concordance.contracts.study.StudyReport.FeatureResult;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.Negatives;
import io.concordance.contracts.study.StudyReport.Outcomes;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The reports of studies side by side. */
final class StudyTables {
    private StudyTables() {}

    static List<Report.Section> of(List<Ran> ran) {
        List<List<String>> rows = new ArrayList<>();
        List<List<String>> negatives = new ArrayList<>();
        List<List<String>> found = new ArrayList<>();
        for (Ran study : ran) {
            String what = study.organism().shown() + " " + study.what();
            String seed = Integer.toString(study.seed());
            for (StrategyResult s : study.report().strategies()) {
                rows.add(row(what, seed, s.arm(), "features", s.features(), features(s), s.outcomes()));
                if (s.probes() != null) {
                    rows.add(row(what, seed, s.arm(), "probes", s.probes(), s.probe(), s.outcomes()));
                }
                negatives.addAll(negatives(what, seed, s.arm(), "features", s.features(), s.negatives()));
                if (s.probe() != null) {
                    negatives.addAll(negatives(
                            what, seed, s.arm(), "probes", 1, s.probe().negatives()));
                }
            }
            List<FeatureResult> features = study.report().features();
            long high = features.stream()
                    .filter(feature -> feature.level().equals("high"))
                    .count();
            found.add(List.of(
                    what,
                    seed,
                    Integer.toString(features.size()),
                    Long.toString(high),
                    String.format(
                            Locale.ROOT, "%.4f", study.report().dictionary().fvu()),
                    String.format(Locale.ROOT, "%.0f", study.report().timings().getOrDefault("total", Double.NaN))));
        }
        return List.of(
                new Report.Section(
                        "What each arm kind alone would have caught in deployment",
                        List.of(
                                "study",
                                "seed",
                                "arm",
                                "by",
                                "found",
                                "AUROC",
                                "recall",
                                "before action",
                                "false positives",
                                "sufficient"),
                        rows,
                        List.of(
                                "Intervals are 95 %; thresholds were set without evaluation transcripts.",
                                "shuffled: texts dealt to outcomes and arms at random; whatever it finds is false.",
                                "twin: the same texts, read by the model without the training under suspicion.")),
                new Report.Section(
                        "False positives by family of ok transcripts",
                        List.of("study", "seed", "arm", "by", "family", "fired", "of", "at most"),
                        negatives,
                        List.of("At most: one-sided 95 % bound (Clopper-Pearson).")),
                new Report.Section(
                        "Features of concern",
                        List.of("study", "seed", "approved or proposed", "high", "FVU", "seconds"),
                        found,
                        List.of()));
    }

    private static @Nullable Detection features(StrategyResult s) {
        return s.features() == 0
                ? null
                : new Detection(
                        s.auroc(),
                        s.aurocCi(),
                        s.recall(),
                        s.recallCi(),
                        s.recallBeforeAction(),
                        s.falsePositiveRate(),
                        s.falsePositiveRateCi(),
                        s.threshold(),
                        s.badTranscripts(),
                        s.okTranscripts(),
                        List.of());
    }

    private static List<String> row(
            String what,
            String seed,
            String arm,
            String by,
            int found,
            @Nullable Detection d,
            @Nullable Outcomes outcomes) {
        return List.of(
                what,
                seed,
                arm,
                by,
                Integer.toString(found),
                d == null || d.auroc() == null ? "-" : with(d.auroc(), d.aurocCi()),
                d == null ? "0" : with(d.recall(), d.recallCi()),
                d == null ? "0" : String.format(Locale.ROOT, "%.3f", d.recallBeforeAction()),
                d == null ? "0" : with(d.falsePositiveRate(), d.falsePositiveRateCi()),
                outcomes == null
                        ? ""
                        : outcomes.sufficient() ? "yes" : "no: " + outcomes.bad() + " bad, needs " + outcomes.needed());
    }

    private static List<List<String>> negatives(
            String what, String seed, String arm, String by, int found, @Nullable List<Negatives> families) {
        if (found == 0 || families == null) {
            return List.of();
        }
        return families.stream()
                .map(family -> List.of(
                        what,
                        seed,
                        arm,
                        by,
                        family.family(),
                        Integer.toString(family.fired()),
                        Integer.toString(family.transcripts()),
                        String.format(Locale.ROOT, "%.4f", family.upperBound())))
                .toList();
    }

    private static String with(double value, @Nullable Interval interval) {
        return interval == null
                ? String.format(Locale.ROOT, "%.4f", value)
                : String.format(Locale.ROOT, "%.4f [%.4f, %.4f]", value, interval.low(), interval.high());
    }
}
