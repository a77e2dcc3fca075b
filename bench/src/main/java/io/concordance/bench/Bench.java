package io.concordance.bench;

import io.concordance.bench.capture.CaptureOverhead;
import io.concordance.bench.training.TrainingPeers;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Runs one comparison by its name: {@code NAME [--json FILE]}. */
public final class Bench {
    private static final Map<String, Comparison> COMPARISONS = new TreeMap<>(Map.of(
            "capture-overhead", new CaptureOverhead(),
            "training-peers", new TrainingPeers()));

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        @Nullable Comparison comparison = arguments.length == 0 ? null : COMPARISONS.get(arguments[0]);
        boolean json = arguments.length == 3 && arguments[1].equals("--json");
        if (comparison == null || !(arguments.length == 1 || json)) {
            System.err.println("concordance: bench takes one of " + String.join(", ", COMPARISONS.keySet())
                    + ", then --json FILE if wanted");
            System.exit(2);
            return;
        }
        Report report = comparison.run(line -> System.err.println("  " + line));
        report.lines().forEach(System.out::println);
        if (json) {
            write(report, Path.of(arguments[2]));
        }
        // Native thread pools of the libraries under test would keep the process.
        System.exit(0);
    }

    private static void write(Report report, Path file) throws IOException {
        Files.write(file, Json.bytes(report));
    }
}
