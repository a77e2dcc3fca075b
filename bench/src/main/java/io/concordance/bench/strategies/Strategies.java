package io.concordance.bench.strategies;

import io.concordance.bench.Comparison;
import io.concordance.bench.Options;
import io.concordance.bench.Report;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.study.StudyReport;
import io.concordance.contracts.study.StudyReport.Detection;
import io.concordance.contracts.study.StudyReport.FeatureResult;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.Negatives;
import io.concordance.contracts.study.StudyReport.Outcomes;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bundled study, run on the platform seed by seed, each seed with a study of shuffled labels and one of the clean twin
 * beside it. {@code --seeds} is the number of dictionary seeds, {@code --only} takes {@code planted}, {@code shuffled} or
 * {@code twin}.
 */
public final class Strategies implements Comparison {
    private static final int SEEDS = 5;
    private static final int QUICK_TOKENS = 100_000;

    private final Options options;

    public Strategies() {
        this(Options.NONE);
    }

    private Strategies(Options options) {
        this.options = options;
    }

    @Override
    public Comparison with(Options other) {
        return new Strategies(other);
    }

    /** One study that was run. */
    private record Ran(String what, int seed, StudyReport report) {}

    @Override
    public Report run(Progress progress) throws Exception {
        Path home = Path.of(System.getProperty("concordance.home"));
        Path work = Files.createTempDirectory("concordance-strategies");
        StudyVariants variants = new StudyVariants(home.resolve("demo"), work);
        Integer tokens = options.quick() ? QUICK_TOKENS : null;
        int seeds = options.roundsOr(options.quick() ? 1 : SEEDS);
        Path planted = variants.planted(tokens);
        Path twin = variants.cleanTwin(tokens);
        List<Ran> ran = new ArrayList<>();
        try {
            for (int seed = 0; seed < seeds; seed++) {
                for (String what : List.of("planted", "shuffled", "twin")) {
                    if (!options.wants(what)) {
                        continue;
                    }
                    progress.begins(what + ", seed " + seed);
                    Path study = switch (what) {
                        case "planted" -> planted;
                        case "twin" -> twin;
                        default -> variants.shuffled(tokens, seed);
                    };
                    ran.add(new Ran(what, seed, study(home, work, study, seed)));
                }
            }
        } finally {
            concordance(home, work, "down");
            remove(work);
        }
        return report(ran, seeds);
    }

    private static StudyReport study(Path home, Path work, Path study, int seed) throws Exception {
        Path report = work.resolve("report.json");
        int ended = concordance(
                home,
                work,
                "study",
                "run",
                study.toString(),
                "--seed",
                Integer.toString(seed),
                "--report",
                report.toString());
        if (ended != 0) {
            throw new IllegalStateException("study " + study + " ended with " + ended + "; its last lines: "
                    + String.join(" / ", tail(work.resolve("log.txt"))));
        }
        return Json.read(Files.readAllBytes(report), StudyReport.class);
    }

    private static int concordance(Path home, Path work, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("concordance").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", work.resolve("data").toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("log.txt").toFile())
                .start()
                .waitFor();
    }

    private static List<String> tail(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.subList(Math.max(0, lines.size() - 3), lines.size());
    }

    private static Report report(List<Ran> ran, int seeds) {
        List<List<String>> rows = new ArrayList<>();
        List<List<String>> negatives = new ArrayList<>();
        List<List<String>> found = new ArrayList<>();
        for (Ran study : ran) {
            String seed = Integer.toString(study.seed());
            for (StrategyResult s : study.report().strategies()) {
                rows.add(row(study.what(), seed, s.arm(), "features", s.features(), features(s), s.outcomes()));
                if (s.probes() != null) {
                    rows.add(row(study.what(), seed, s.arm(), "probes", s.probes(), s.probe(), s.outcomes()));
                }
                negatives.addAll(negatives(study.what(), seed, s.arm(), "features", s.features(), s.negatives()));
                if (s.probe() != null) {
                    negatives.addAll(negatives(
                            study.what(), seed, s.arm(), "probes", 1, s.probe().negatives()));
                }
            }
            List<FeatureResult> features = study.report().features();
            long high = features.stream()
                    .filter(feature -> feature.level().equals("high"))
                    .count();
            found.add(List.of(
                    study.what(),
                    seed,
                    Integer.toString(features.size()),
                    Long.toString(high),
                    String.format(
                            Locale.ROOT, "%.4f", study.report().dictionary().fvu()),
                    String.format(Locale.ROOT, "%.0f", study.report().timings().getOrDefault("total", Double.NaN))));
        }
        return new Report(
                "strategies",
                List.of(String.format(
                        Locale.ROOT,
                        "%s, %d processors; dictionary seeds 0 to %d",
                        System.getProperty("os.arch"),
                        Runtime.getRuntime().availableProcessors(),
                        seeds - 1)),
                List.of(
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
                                List.of())));
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

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
