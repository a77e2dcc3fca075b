package io.concordance.bench.training;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.bench.Comparison;
import io.concordance.bench.PythonPeer;
import io.concordance.bench.Report;
import io.concordance.bench.Sample;
import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Objective;
import io.concordance.trainer.kernel.Selection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Training steps of the vector kernels and of published PyTorch trainers on the same rows from the same start. */
public final class TrainingPeers implements Comparison {
    private static final List<String> PACKAGES =
            List.of("torch==2.15.0", "sae-lens==6.54.12", "dictionary-learning==0.1.0", "eai-sparsify==1.3.3");
    private static final Map<String, String> GOALS =
            new TreeMap<>(Map.of("sae_lens", "7.5", "dictionary_learning", "7.5", "sparsify", "2.75"));

    private static final int K = 32;
    private static final int BATCH = 4096;
    private static final int BATCHES = 4;
    private static final int ROUNDS = 5;
    private static final int STEPS_A_ROUND = 2;
    private static final int WARM_UP_STEPS = 12;
    /** Slow trainers get few steps to warm up: their time does not depend on a compiler. */
    private static final int PEER_WARM_UP_STEPS = 3;

    private static final int QUALITY_STEPS = 40;
    private static final double RATE = 3e-4;
    private static final int RATE_WARM_UP = 20;
    private static final int DEAD_SHARE = 10;

    @Override
    public Report run(Progress progress) throws Exception {
        int threads = Runtime.getRuntime().availableProcessors();
        Path work = Files.createTempDirectory("concordance-training-peers");
        progress.begins("the peak of the cores");
        double peak = FmaPeak.gigaflops(threads);
        List<Report.Section> sections = new ArrayList<>();
        for (KernelShape shape : List.of(new KernelShape(512, 8192, BATCH), new KernelShape(768, 16_384, BATCH))) {
            progress.begins("rows of d " + shape.width());
            Scene scene = new Scene(shape, K, BATCHES, sections.isEmpty());
            sections.add(own(scene, threads, peak, progress));
            sections.add(peers(scene, threads, work, progress));
        }
        return new Report(
                "training-peers",
                List.of(
                        System.getProperty("os.arch") + ", " + threads + " threads each, fp32, load before the run "
                                + String.format(
                                        Locale.ROOT,
                                        "%.2f",
                                        java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                                                .getSystemLoadAverage()),
                        String.format(Locale.ROOT, "fp32 peak of %d threads: %.0f GF/s", threads, peak)),
                sections);
    }

    private Report.Section own(Scene scene, int threads, double peak, Progress progress) {
        int features = scene.shape.features();
        Objective plain = Objective.reconstruction(features);
        int[] nested = {features / 16, features / 8, features / 4, features / 2, features};
        List<List<String>> rows = new ArrayList<>();
        double topk = 0;
        for (String name : List.of("topk", "batchtopk", "matryoshka", "topk, AuxK for a tenth dead")) {
            progress.begins(scene.name() + ": " + name);
            Selection selection = name.startsWith("topk") ? new Selection.TopK(K) : new Selection.BatchTopK(K);
            Objective objective = name.equals("matryoshka") ? new Objective(nested, 0, 0, 0) : plain;
            int[] dead = name.contains("AuxK")
                    ? IntStream.range(0, features / DEAD_SHARE).toArray()
                    : new int[0];
            try (OwnTrainer trainer = new OwnTrainer(scene, threads, selection, objective, dead, RATE, RATE_WARM_UP)) {
                IntStream.range(0, WARM_UP_STEPS).forEach(i -> trainer.step());
                double[] steps = new double[ROUNDS];
                double[] selects = new double[ROUNDS];
                for (int i = 0; i < ROUNDS; i++) {
                    steps[i] = trainer.step() / 1e6;
                    selects[i] = trainer.selectNanos() / 1e6;
                }
                double step = new Sample(steps).median();
                double select = new Sample(selects).median();
                topk = topk == 0 ? step : topk;
                double encode = 2.0 * scene.shape.batch() * scene.shape.width() * features;
                rows.add(List.of(
                        name,
                        new Sample(steps).text("%.0f"),
                        String.format(Locale.ROOT, "%.0f", scene.shape.batch() * 1000 / step),
                        String.format(Locale.ROOT, "%.2f", step / topk),
                        String.format(Locale.ROOT, "%.0f %%", 100 * encode / (select * 1e6) / peak),
                        String.format(Locale.ROOT, "%.0f %%", 100 * encode / (step * 1e6) / peak)));
            }
        }
        return new Report.Section(
                scene.name() + ": the vector kernels",
                List.of(
                        "rule",
                        "ms a step",
                        "rows/s",
                        "of topk's time",
                        "encode + select, of peak",
                        "step, of GEMM floor"),
                rows,
                List.of("goals: batchtopk and matryoshka at most 1.25 of topk's time, encode 80 %, step 65 %"));
    }

    private Report.Section peers(Scene scene, int threads, Path work, Progress progress) throws InterruptedException {
        String title = scene.name() + ": against PyTorch trainers";
        List<String> columns = List.of(
                "trainer",
                "version",
                "ms a step",
                "times ours",
                "goal",
                "steps",
                "FVU, ours",
                "FVU, theirs",
                "resident MB");
        List<List<String>> rows = new ArrayList<>();
        Path environment = Path.of(System.getProperty("concordance.home", ".")).resolve(".concordance/bench-training");
        for (Map.Entry<String, String> goal : GOALS.entrySet()) {
            // A process a peer, so that what stays resident is its own.
            try (PythonPeer python = PythonPeer.start(
                    TrainingPeers.class,
                    "train_peers.py",
                    new PythonPeer.Environment(environment, PACKAGES),
                    work,
                    threads,
                    progress)) {
                rows.add(row(scene, threads, work, goal.getKey(), goal.getValue(), python, progress));
            } catch (PythonPeer.Absent | IOException e) {
                rows.add(List.of(goal.getKey(), "not run: " + e.getMessage(), "", "", "", "", "", "", ""));
            }
        }
        return new Report.Section(
                title,
                columns,
                rows,
                List.of(
                        "rounds of " + STEPS_A_ROUND + " steps of one, then of the other, each alone",
                        "FVU of the last batch before its step; only dictionary_learning optimises what our rule here does"));
    }

    private List<String> row(
            Scene scene, int threads, Path work, String name, String goal, PythonPeer python, Progress progress)
            throws IOException {
        String version = python.greeting().path("peers").path(name).asText();
        if (version.startsWith("absent")) {
            return List.of(name, "not run, " + version, "", "", "", "", "", "", "");
        }
        Objective plain = Objective.reconstruction(scene.shape.features());
        double[] theirs = new double[ROUNDS];
        double[] times = new double[ROUNDS];
        JsonNode last = python.ask(order(scene, work, name, 1, true));
        try (OwnTrainer own =
                new OwnTrainer(scene, threads, new Selection.TopK(K), plain, new int[0], RATE, RATE_WARM_UP)) {
            own.step();
            for (int i = 0; i < PEER_WARM_UP_STEPS; i++) {
                own.step();
            }
            python.ask(order(scene, work, name, PEER_WARM_UP_STEPS, false));
            for (int round = 0; round < ROUNDS; round++) {
                progress.begins(scene.name() + ": " + name + ", round " + (round + 1) + " of " + ROUNDS);
                double mine = 0;
                for (int i = 0; i < STEPS_A_ROUND; i++) {
                    mine += own.step() / 1e6 / STEPS_A_ROUND;
                }
                last = python.ask(order(scene, work, name, STEPS_A_ROUND, false));
                theirs[round] = median(last.path("seconds")) * 1000;
                times[round] = theirs[round] / mine;
            }
            int done = 1 + PEER_WARM_UP_STEPS + ROUNDS * STEPS_A_ROUND;
            if (scene.quality) {
                progress.begins(scene.name() + ": " + name + ", " + QUALITY_STEPS + " steps");
                for (int i = done; i < QUALITY_STEPS; i++) {
                    own.step();
                }
                last = python.ask(order(scene, work, name, QUALITY_STEPS - done, false));
                done = QUALITY_STEPS;
            }
            return List.of(
                    name,
                    version,
                    new Sample(theirs).text("%.0f"),
                    new Sample(times).text("%.2f"),
                    goal,
                    Integer.toString(done),
                    String.format(Locale.ROOT, "%.5f", own.fvu()),
                    String.format(Locale.ROOT, "%.5f", last.path("fvu").asDouble()),
                    Long.toString(last.path("peak").asLong() >> 20));
        }
    }

    private static double median(JsonNode seconds) {
        double[] values = new double[seconds.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = seconds.get(i).asDouble();
        }
        return new Sample(values).median();
    }

    private static Map<String, Object> order(Scene scene, Path work, String peer, int steps, boolean reset)
            throws IOException {
        Path rows = work.resolve("rows-" + scene.shape.width() + ".f32");
        Path directions = work.resolve("directions-" + scene.shape.width() + ".f32");
        if (reset && !Files.exists(rows)) {
            scene.writeRows(work);
            scene.writeDirections(work);
        }
        return Map.ofEntries(
                Map.entry("peer", peer),
                Map.entry("d", scene.shape.width()),
                Map.entry("f", scene.shape.features()),
                Map.entry("k", K),
                Map.entry("batch", scene.shape.batch()),
                Map.entry("rows", rows.toString()),
                Map.entry("directions", directions.toString()),
                Map.entry("rate", RATE),
                Map.entry("warmup", RATE_WARM_UP),
                Map.entry("steps", steps),
                Map.entry("reset", reset));
    }
}
