package io.concordance.bench.scale;

import io.concordance.bench.Comparison.Progress;
import io.concordance.bench.capture.SliceTimes;
import io.concordance.bench.pull.Cli;
import io.concordance.kit.store.ObjectStore;
import io.concordance.local.StackEndpoints;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Measures {@link Times} on a platform that is started for it: the bundled organism, one hook, fp16. */
final class Measurement {
    private final boolean quick;

    Measurement(boolean quick) {
        this.quick = quick;
    }

    Times measure(Progress progress) throws Exception {
        Path home = Path.of(System.getProperty("concordance.home"));
        Cli cli = new Cli(home, Files.createTempDirectory("concordance-scale-"));
        progress.begins("starting the platform");
        cli.run("up");
        try (PlatformRun platform = new PlatformRun(cli)) {
            progress.begins("a capture job on it");
            PlatformRun.Counts counts = platform.run(quick ? 1 : 4, Duration.ofSeconds(quick ? 2 : 10));
            StackEndpoints.S3 s3 = platform.stack().s3();
            progress.begins("slices, one at a time");
            SliceTimes slices = SliceTimes.measure(
                    home,
                    ObjectStore.connect(s3.endpoint(), s3.accessKey(), s3.secretKey(), s3.bucket()),
                    quick ? 3 : 60);
            progress.begins("transactions and batches");
            try (Probes probes = new Probes(platform.stack())) {
                double one = probes.batch(1, quick ? 3 : 40);
                double full = probes.batch(Relay.BATCH, quick ? 3 : 40);
                double each = Math.max(0, (full - one) / (Relay.BATCH - 1));
                return new Times(
                        array(slices.turnSeconds()),
                        array(slices.uploadSeconds()),
                        slices.tokens(),
                        slices.bytes(),
                        1,
                        probes.transactions(quick ? 20 : 400),
                        probes.transactionsASecond(quick ? 0.5 : 4),
                        Math.max(0, one - each),
                        each,
                        probes.records(quick ? 500 : 20_000),
                        Math.max(0, counts.commits() / counts.slices()),
                        Math.max(0, counts.idleCommitsASecond()),
                        Math.max(1, counts.connections()),
                        Math.max(0, counts.walBytes() / counts.slices()),
                        counts.eventBytes(),
                        counts.slicesASecond());
            }
        }
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
