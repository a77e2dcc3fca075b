package io.concordance.bench.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.OperatingSystemMXBean;
import io.concordance.bench.Comparison;
import io.concordance.bench.Options;
import io.concordance.bench.PythonPeer;
import io.concordance.bench.Report;
import io.concordance.bench.Sample;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.interp.evidence.EvidencePass;
import io.concordance.interp.evidence.ShardSource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** The examples pass, and a plain PyTorch one over the same files, in turns; then its memory as tokens grow. */
public final class ExamplesIndex implements Comparison {
    private static final List<String> PACKAGES = List.of("torch==2.9.1", "numpy==2.4.6", "safetensors==0.7.0");
    private static final int TOP = 12;
    /** Width of the rows whose evidence is weighed; it does not depend on it. */
    private static final int NARROW = 64;

    private static final double MEBI = 1 << 20;

    private final int width;
    private final int features;
    private final int shards;
    private final int rounds;

    public ExamplesIndex() {
        this(512, 8192, 8, 5);
    }

    /** @param shards of {@value Corpus#SHARD_ROWS} rows each */
    ExamplesIndex(int width, int features, int shards, int rounds) {
        this.width = width;
        this.features = features;
        this.shards = shards;
        this.rounds = rounds;
    }

    @Override
    public Comparison with(Options options) {
        options.withoutOnly();
        return options.quick()
                ? new ExamplesIndex(64, 256, 2, options.roundsOr(1))
                : new ExamplesIndex(width, features, shards, options.roundsOr(rounds));
    }

    @Override
    public Report run(Progress progress) throws Exception {
        int threads = Runtime.getRuntime().availableProcessors();
        Path work = Files.createTempDirectory("concordance-examples-index");
        return new Report(
                "examples-index",
                List.of(
                        String.format(
                                Locale.ROOT,
                                "%s, %d threads each; d %d, %d features, about %d firing on a row; documents of %d tokens",
                                System.getProperty("os.arch"),
                                threads,
                                width,
                                features,
                                Corpus.K,
                                Corpus.DOCUMENT),
                        "rows as shards of " + Corpus.SHARD_ROWS
                                + " in fp16, read from files that the system holds in memory"),
                List.of(speed(threads, work, progress), memory(threads, work, progress)));
    }

    private Report.Section speed(int threads, Path work, Progress progress) throws IOException, InterruptedException {
        String title = "Features x tokens a second against PyTorch (goal: 4 times or more)";
        List<String> columns = List.of(
                "tokens", "ours, 1e6/s", "PyTorch, 1e6/s", "times", "CPU, times", "firings a row, ours", "theirs");
        Corpus corpus = new Corpus(width, features, Files.createDirectories(work.resolve("speed")), Outcome.UNKNOWN);
        List<ShardSource> sources =
                IntStream.range(0, shards).mapToObj(s -> corpus.shard(s, true)).toList();
        progress.begins("rows");
        List<String> files = sources.stream().map(s -> s.fetch().toString()).toList();
        Path home = Path.of(System.getProperty("concordance.home", ".")).resolve(".concordance/bench-examples");
        try (PythonPeer peer = PythonPeer.start(
                ExamplesIndex.class,
                "torch_examples.py",
                new PythonPeer.Environment(home, PACKAGES),
                work,
                threads,
                progress)) {
            Map<String, Object> order = Map.of(
                    "files",
                    files,
                    "directions",
                    corpus.writeDirections().toString(),
                    "features",
                    features,
                    "k",
                    Corpus.K,
                    "document",
                    Corpus.DOCUMENT,
                    "top",
                    TOP,
                    "context",
                    EvidenceOptions.defaults(0).context());
            double[] ours = new double[rounds];
            double[] theirs = new double[rounds];
            double[] times = new double[rounds];
            double[] cpu = new double[rounds];
            double[] firings = new double[2];
            double work1 = (double) features * shards * Corpus.SHARD_ROWS / 1e6;
            for (int round = -1; round < rounds; round++) {
                progress.begins(round < 0 ? "warming up" : "round " + (round + 1) + " of " + rounds);
                boolean first = round % 2 == 0;
                Took own = first ? pass(corpus, sources, threads) : null;
                JsonNode answer = peer.ask(order);
                if (own == null) {
                    own = pass(corpus, sources, threads);
                }
                firings[0] = own.firings();
                firings[1] = answer.path("firings").asDouble() / shards / Corpus.SHARD_ROWS;
                if (round >= 0) {
                    ours[round] = work1 / own.seconds();
                    theirs[round] = work1 / answer.path("seconds").asDouble();
                    times[round] = ours[round] / theirs[round];
                    cpu[round] = answer.path("cpu").asDouble() / own.cpu();
                }
            }
            return new Report.Section(
                    title,
                    columns,
                    List.of(List.of(
                            String.format(Locale.ROOT, "%,d", shards * Corpus.SHARD_ROWS),
                            new Sample(ours).text("%.0f"),
                            new Sample(theirs).text("%.0f"),
                            new Sample(times).text("%.2f"),
                            new Sample(cpu).text("%.2f"),
                            String.format(Locale.ROOT, "%.1f", firings[0]),
                            String.format(Locale.ROOT, "%.1f", firings[1]))),
                    List.of(
                            "PyTorch " + peer.greeting().path("torch").asText()
                                    + ": dense encode, topk of each row, firing counts, the " + TOP
                                    + " strongest documents of each feature with their windows",
                            "ours besides: densities, moments by position and by token, drawn examples, background tokens"));
        } catch (PythonPeer.Absent e) {
            return new Report.Section(
                    title, columns, List.of(List.of("not run: " + e.getMessage(), "", "", "", "", "", "")), List.of());
        }
    }

    /**
     * One pass.
     *
     * @param cpu seconds of all threads of this process
     * @param firings of features on a row, on average
     */
    private record Took(double seconds, double cpu, double firings) {}

    private static Took pass(Corpus corpus, List<ShardSource> sources, int threads) throws InterruptedException {
        double before = cpu();
        long start = System.nanoTime();
        Evidence evidence =
                new EvidencePass(corpus.dictionary, EvidenceOptions.defaults(0), threads, true).run(sources, n -> {});
        double seconds = (System.nanoTime() - start) / 1e9;
        double firings =
                evidence.features().stream().mapToLong(f -> f.firings()).sum() / (double) evidence.rows();
        return new Took(seconds, cpu() - before, firings);
    }

    private static double cpu() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
    }

    private Report.Section memory(int threads, Path work, Progress progress) throws IOException, InterruptedException {
        List<List<String>> rows = new ArrayList<>();
        for (Outcome outcome : List.of(Outcome.UNKNOWN, Outcome.OK)) {
            Corpus corpus = new Corpus(
                    NARROW, features, Files.createDirectories(work.resolve("memory-" + outcome.text())), outcome);
            for (int count : List.of(shards, 10 * shards)) {
                progress.begins(String.format(Locale.ROOT, "memory after %,d tokens", count * Corpus.SHARD_ROWS));
                double before = live();
                Evidence evidence = new EvidencePass(corpus.dictionary, EvidenceOptions.defaults(0), threads)
                        .run(
                                IntStream.range(0, count)
                                        .mapToObj(s -> corpus.shard(s, false))
                                        .toList(),
                                n -> {});
                double held = live() - before;
                rows.add(List.of(
                        outcome.text(),
                        String.format(Locale.ROOT, "%,d", evidence.rows()),
                        String.format(Locale.ROOT, "%.0f", held),
                        String.format(Locale.ROOT, "%.1f", held * MEBI / features / 1024)));
                Reference.reachabilityFence(evidence);
            }
        }
        return new Report.Section(
                "Memory that the evidence holds, MiB (goal: flat as tokens grow tenfold)",
                List.of("outcomes", "tokens", "held", "KiB a feature"),
                rows,
                List.of("documents with an outcome have a maximum for every feature that fires in them, up to "
                        + EvidenceOptions.defaults(0).documents()
                        + " documents of an arm and outcome; these lie in a file"));
    }

    private static double live() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) / MEBI;
    }
}
