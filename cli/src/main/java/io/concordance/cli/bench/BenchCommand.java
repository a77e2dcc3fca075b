package io.concordance.cli.bench;

import io.concordance.cli.CommandFailure;
import io.concordance.cli.Home;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code concordance bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Run a comparison and print its figures. Names: capture-overhead, examples-index, jmh, kill-resume,"
                        + " monitor, pages, registry-pull, saelens-interop, scale, start, strategies, training-peers.")
public final class BenchCommand implements Callable<Integer> {
    /** Heaps of comparisons that hold more than a capture worker may. */
    private static final Map<String, String> HEAPS = Map.of(
            "examples-index", "-Xmx3g", "kill-resume", "-Xmx1g", "monitor", "-Xmx1g", "training-peers", "-Xmx1g");

    @Parameters(paramLabel = "NAME", description = "The comparison.")
    String name = "";

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures here as well.")
    @Nullable
    Path json;

    @Option(names = "--quick", description = "Sizes so small that the figures say nothing but that all of it runs.")
    boolean quick;

    @Option(
            names = {"--rounds", "--seeds"},
            paramLabel = "N",
            description = "How often each alternative is measured.")
    @Nullable
    Integer rounds;

    @Option(names = "--only", paramLabel = "REGEX", description = "Only what has a name with this in it.")
    @Nullable
    String only;

    @Option(names = "--set", paramLabel = "NAME=VALUE", description = "A setting of the comparison's own (scale).")
    @Nullable
    List<String> settings;

    @Override
    public Integer call() throws InterruptedException {
        try {
            return new ProcessBuilder(command(Home.path())).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new CommandFailure("the comparison does not start: " + e.getMessage(), e);
        }
    }

    private List<String> command(Path home) {
        Path target = home.resolve("bench/target");
        Path capture = home.resolve("capture-service/target/quarkus-app");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAPS.getOrDefault(name, "-Xmx512m"),
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-Dconcordance.home=" + home,
                "-cp",
                String.join(
                        File.pathSeparator,
                        target.resolve("classes").toString(),
                        target.resolve("bench") + "/*",
                        capture.resolve("app") + "/*",
                        capture.resolve("lib/main") + "/*",
                        capture.resolve("lib/boot") + "/*"),
                "io.concordance.bench.Bench",
                name));
        if (quick) {
            command.add("--quick");
        }
        if (rounds != null) {
            command.addAll(List.of("--rounds", rounds.toString()));
        }
        if (only != null) {
            command.addAll(List.of("--only", only));
        }
        for (String setting : settings == null ? List.<String>of() : settings) {
            command.addAll(List.of("--set", setting));
        }
        if (json != null) {
            command.addAll(List.of("--json", json.toAbsolutePath().toString()));
        }
        return command;
    }
}
