package io.concordance.bench.resume;

import io.concordance.bench.Comparison;
import io.concordance.bench.Options;
import io.concordance.bench.Report;
import io.concordance.kit.store.ObjectStore;
import io.concordance.local.LocalStackProcess;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Runs of the real trainer service on a local Kafka, S3 and PostgreSQL, each killed once at a random moment, against an
 * undisturbed one; and what checkpoints cost. {@code --rounds} is the number of
 * kills, {@code --only} takes {@code killed} or {@code cost}.
 */
public final class KillResume implements Comparison {
    private static final int KILLS = 20;
    private static final int QUICK_KILLS = 2;
    /** Held so that its level stays. */
    private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

    private final Options options;

    public KillResume() {
        this(Options.NONE);
    }

    private KillResume(Options options) {
        this.options = options;
    }

    @Override
    public Comparison with(Options other) {
        return new KillResume(other);
    }

    @Override
    public Report run(Progress progress) throws Exception {
        KAFKA.setLevel(Level.WARNING);
        Path home = Path.of(System.getProperty("concordance.home"));
        Path work = Files.createTempDirectory("concordance-kill-resume");
        long seed = new Random().nextLong();
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        progress.begins("starting a local Kafka, S3 and PostgreSQL; kills from seed " + seed);
        try (LocalStackProcess stack = LocalStackProcess.start(work.resolve("stack"));
                Announcements announcements =
                        new Announcements(stack.endpoints().kafka().bootstrapServers());
                TrainerProcess trainer = new TrainerProcess(stack.endpoints(), home, work)) {
            StackEndpoints.S3 s3 = stack.endpoints().s3();
            ObjectStore store = ObjectStore.connect(s3.endpoint(), s3.accessKey(), s3.secretKey(), s3.bucket());
            Platform platform = new Platform(store, announcements, trainer, progress);
            Scale killed = options.quick() ? Scale.QUICK : Scale.KILLED;
            int kills = options.roundsOr(options.quick() ? QUICK_KILLS : KILLS);
            List<Report.Section> sections = new ArrayList<>();
            if (options.wants("killed")) {
                sections.add(new KilledRuns(platform, killed, new Random(seed), kills).section());
            }
            if (options.wants("cost")) {
                sections.add(new CheckpointCost(platform, options.quick() ? Scale.QUICK : Scale.COSTLY).section());
            }
            return new Report(
                    "kill-resume",
                    List.of(
                            String.format(
                                    Locale.ROOT,
                                    "%s, %d processors; load before the run %.2f",
                                    System.getProperty("os.arch"),
                                    Runtime.getRuntime().availableProcessors(),
                                    load),
                            "seed of kill moments and delivery orders: " + seed),
                    sections);
        } finally {
            remove(work);
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
