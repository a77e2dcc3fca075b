package io.concordance.bench;

import io.concordance.bench.capture.CaptureOverhead;
import io.concordance.bench.examples.ExamplesIndex;
import io.concordance.bench.interop.SaeLensInterop;
import io.concordance.bench.resume.KillResume;
import io.concordance.bench.strategies.Strategies;
import io.concordance.bench.training.TrainingPeers;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Runs one comparison by its name: {@code NAME [--json FILE] [--quick] [--rounds N] [--only REGEX]}. */
public final class Bench {
    private static final int USAGE = 2;
    private static final Map<String, Comparison> COMPARISONS = new TreeMap<>(Map.of(
            "capture-overhead", new CaptureOverhead(),
            "examples-index", new ExamplesIndex(),
            "jmh", new JmhBenchmarks(),
            "kill-resume", new KillResume(),
            "saelens-interop", new SaeLensInterop(),
            "strategies", new Strategies(),
            "training-peers", new TrainingPeers()));

    private Bench() {}

    /** What was asked for. */
    record Order(Comparison comparison, @Nullable Path json) {

        /** @throws FieldProblem naming what cannot be had */
        static Order of(List<String> arguments) {
            Deque<String> rest = new ArrayDeque<>(arguments);
            String name = rest.isEmpty() ? "" : rest.remove();
            Comparison comparison = COMPARISONS.get(name);
            if (comparison == null) {
                throw new FieldProblem("NAME", name, String.join(", ", COMPARISONS.keySet()));
            }
            boolean quick = false;
            Integer rounds = null;
            String only = null;
            Path json = null;
            while (!rest.isEmpty()) {
                String option = rest.remove();
                switch (option) {
                    case "--quick" -> quick = true;
                    case "--rounds", "--seeds" -> rounds = number(option, value(option, rest));
                    case "--only" -> only = value(option, rest);
                    case "--json" -> json = Path.of(value(option, rest));
                    default ->
                        throw new FieldProblem("option", option, "--json, --quick, --rounds (also --seeds), --only");
                }
            }
            return new Order(comparison.with(new Options(quick, rounds, only)), json);
        }

        private static String value(String option, Deque<String> rest) {
            if (rest.isEmpty()) {
                throw new FieldProblem(option, null, "a value behind it");
            }
            return rest.remove();
        }

        private static int number(String option, String text) {
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new FieldProblem(option, text, "a number");
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        Order order;
        try {
            order = Order.of(List.of(arguments));
        } catch (FieldProblem e) {
            System.err.println("concordance: bench: " + e.getMessage());
            System.exit(USAGE);
            return;
        }
        Report report = order.comparison.run(line -> System.err.println("  " + line));
        report.lines().forEach(System.out::println);
        if (order.json != null) {
            write(report, order.json);
        }
        // Native thread pools of the libraries under test would keep the process.
        System.exit(0);
    }

    private static void write(Report report, Path file) throws IOException {
        Files.write(file, Json.bytes(report));
    }
}
