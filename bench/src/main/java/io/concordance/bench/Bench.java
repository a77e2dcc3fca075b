package io.concordance.bench;

import io.concordance.bench.capture.CaptureOverhead;
import io.concordance.bench.examples.ExamplesIndex;
import io.concordance.bench.interop.SaeLensInterop;
import io.concordance.bench.monitor.MonitorCost;
import io.concordance.bench.pages.PageTimes;
import io.concordance.bench.pull.RegistryPull;
import io.concordance.bench.resume.KillResume;
import io.concordance.bench.scale.ScaleSimulation;
import io.concordance.bench.start.StartTimes;
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

/** Runs one comparison by its name: {@code NAME [--json FILE] [--quick] [--rounds N] [--only REGEX] [--set NAME=VALUE]...}. */
public final class Bench {
    private static final int USAGE = 2;
    private static final Map<String, Comparison> COMPARISONS = new TreeMap<>(Map.ofEntries(
            Map.entry("capture-overhead", new CaptureOverhead()),
            Map.entry("examples-index", new ExamplesIndex()),
            Map.entry("jmh", new JmhBenchmarks()),
            Map.entry("kill-resume", new KillResume()),
            Map.entry("monitor", new MonitorCost()),
            Map.entry("pages", new PageTimes()),
            Map.entry("registry-pull", new RegistryPull()),
            Map.entry("saelens-interop", new SaeLensInterop()),
            Map.entry("scale", new ScaleSimulation()),
            Map.entry("start", new StartTimes()),
            Map.entry("strategies", new Strategies()),
            Map.entry("training-peers", new TrainingPeers())));

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
            Map<String, String> settings = new TreeMap<>();
            while (!rest.isEmpty()) {
                String option = rest.remove();
                switch (option) {
                    case "--quick" -> quick = true;
                    case "--rounds", "--seeds" -> rounds = number(option, value(option, rest));
                    case "--only" -> only = value(option, rest);
                    case "--json" -> json = Path.of(value(option, rest));
                    case "--set" -> set(settings, value(option, rest));
                    default ->
                        throw new FieldProblem(
                                "option", option, "--json, --quick, --rounds (also --seeds), --only, --set");
                }
            }
            Options options = new Options(quick, rounds, only, settings);
            return new Order(comparison.with(comparison.takesSettings() ? options : options.withoutSettings()), json);
        }

        private static void set(Map<String, String> settings, String given) {
            int at = given.indexOf('=');
            if (at < 1) {
                throw new FieldProblem("--set", given, "NAME=VALUE");
            }
            settings.put(given.substring(0, at), given.substring(at + 1));
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
