package io.concordance.bench.strategies;

import io.concordance.bench.Comparison;
import io.concordance.bench.Options;
import io.concordance.bench.Report;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.study.StudyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The study of every bundled organism, run on the platform seed by seed, each seed with a study of shuffled labels and one of
 * the clean twin beside it; and, without the platform, what searched directions bring about, whether what is learnt in a game
 * carries over, how many triggered tokens a dictionary must be shown, and which inference-time interventions may be called
 * truth. {@code --seeds} is the number of seeds; {@code --only} is matched against an organism and {@code planted},
 * {@code shuffled}, {@code twin}, {@code steered}, {@code perturbed} or {@code transfer}, as in {@code code planted}, and
 * {@code deploy dose} and {@code truth}.
 */
public final class Strategies implements Comparison {
    private static final int SEEDS = 5;
    private static final int QUICK_TOKENS = 100_000;
    private static final List<String> STUDIES = List.of(Ran.PLANTED, Ran.SHUFFLED, Ran.TWIN);

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

    @Override
    public Report run(Progress progress) throws Exception {
        Path home = Path.of(System.getProperty("concordance.home"));
        int seeds = options.roundsOr(options.quick() ? 1 : SEEDS);
        List<Report.Section> sections = new ArrayList<>();
        Path demo = home.resolve("demo");
        if (Stream.of(Organism.values())
                .anyMatch(organism -> STUDIES.stream().anyMatch(what -> wants(organism, what)))) {
            sections.addAll(studies(home, seeds, progress));
        }
        List<Organism> steered = Stream.of(Organism.values())
                .filter(organism -> !organism.plays() && wants(organism, Ran.STEERED))
                .toList();
        if (!steered.isEmpty()) {
            sections.add(steered(home, steered, seeds, progress));
        }
        List<Organism> perturbed = Stream.of(Organism.values())
                .filter(organism -> !organism.plays() && wants(organism, "perturbed"))
                .toList();
        if (!perturbed.isEmpty()) {
            sections.add(new PerturbedComparison(demo, perturbed, seeds, options.quick()).run(progress));
        }
        List<Organism> playing = Stream.of(Organism.values())
                .filter(organism -> organism.plays() && wants(organism, "transfer"))
                .toList();
        if (!playing.isEmpty()) {
            sections.addAll(new TransferComparison(demo, playing, seeds, options.quick()).run(progress));
        }
        if (wants(Organism.DEPLOY, "dose")) {
            sections.add(new DoseComparison(demo, seeds, options.quick()).run(progress));
        }
        if (options.wants("truth")) {
            sections.addAll(new TruthComparison(demo).run(options.quick(), progress));
        }
        return new Report(
                "strategies",
                List.of(String.format(
                        Locale.ROOT,
                        "%s, %d processors; seeds 0 to %d",
                        System.getProperty("os.arch"),
                        Runtime.getRuntime().availableProcessors(),
                        seeds - 1)),
                sections);
    }

    private boolean wants(Organism organism, String what) {
        return options.wants(organism.shown() + " " + what);
    }

    private List<Report.Section> studies(Path home, int seeds, Progress progress) throws Exception {
        Path demo = home.resolve("demo");
        Path work = Files.createTempDirectory("concordance-strategies");
        Integer tokens = options.quick() ? QUICK_TOKENS : null;
        List<Ran> ran = new ArrayList<>();
        Map<Organism, PlantedDirection> planted = new EnumMap<>(Organism.class);
        try {
            for (Organism organism : Organism.values()) {
                List<String> wanted =
                        STUDIES.stream().filter(what -> wants(organism, what)).toList();
                if (wanted.isEmpty()) {
                    continue;
                }
                try (OrganismStream stream = organism.stream(demo)) {
                    planted.put(
                            organism,
                            PlantedDirection.deployed(stream, organism.transcripts(demo, "deployment.jsonl")));
                }
                StudyVariants variants = new StudyVariants(organism.folder(demo), work.resolve(organism.shown()));
                for (int seed = 0; seed < seeds; seed++) {
                    for (String what : wanted) {
                        progress.begins(organism.shown() + " " + what + ", seed " + seed);
                        Path study = variants.of(what, tokens, seed);
                        StudyReport report = study(home, work, study, seed);
                        StudiedFeatures features = StudiedFeatures.of(
                                work.resolve("data"), report.dictionary().digest());
                        ran.add(new Ran(organism, what, seed, report, features));
                    }
                }
            }
        } finally {
            concordance(home, work, "down");
            remove(work);
        }
        CausalTables causal = new CausalTables(ran, planted);
        List<Report.Section> sections = new ArrayList<>(StudyTables.of(ran));
        sections.add(causal.places());
        sections.add(StudyGoals.of(ran, causal));
        return sections;
    }

    private Report.Section steered(Path home, List<Organism> organisms, int seeds, Progress progress) throws Exception {
        Path demo = home.resolve("demo");
        Path work = Files.createTempDirectory("concordance-strategies");
        List<Ran> ran = new ArrayList<>();
        List<SteeringDirection> directions = new ArrayList<>();
        List<String> silent = new ArrayList<>();
        try {
            for (Organism organism : organisms) {
                StudyVariants variants = new StudyVariants(organism.folder(demo), work.resolve(organism.shown()));
                for (int seed = 0; seed < seeds; seed++) {
                    progress.begins(organism.shown() + " steered, seed " + seed);
                    SteeringDirection along = SteeringDirection.of(organism, demo, seed);
                    if (along == null) {
                        silent.add(organism.shown() + ", seed " + seed);
                        continue;
                    }
                    Path study = variants.steered(options.quick() ? QUICK_TOKENS : null, along);
                    StudyReport report = study(home, work, study, seed);
                    StudiedFeatures features = StudiedFeatures.of(
                            work.resolve("data"), report.dictionary().digest());
                    ran.add(new Ran(organism, Ran.STEERED, seed, report, features));
                    directions.add(along);
                }
            }
        } finally {
            concordance(home, work, "down");
            remove(work);
        }
        return SteeredTable.of(ran, directions, silent);
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

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
