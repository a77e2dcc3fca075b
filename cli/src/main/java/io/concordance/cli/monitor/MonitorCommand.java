package io.concordance.cli.monitor;

import io.concordance.cli.CommandFailure;
import io.concordance.cli.rest.Group;
import io.concordance.cli.rest.RunningPlatform;
import io.concordance.cli.rest.Table;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.TrustDocument;
import io.concordance.contracts.shard.Shard;
import io.concordance.monitor.ArmedMonitor;
import io.concordance.monitor.Hit;
import io.concordance.monitor.MonitorClient;
import io.concordance.monitor.MonitorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code concordance monitor}. */
@Command(
        name = "monitor",
        mixinStandardHelpOptions = true,
        description = "Pull a release as a downstream monitor would, and watch with it.",
        synopsisSubcommandLabel = "COMMAND")
public final class MonitorCommand extends Group {

    /** Which channel, and what is believed. */
    static final class Options {
        @Mixin
        private RunningPlatform platform = new RunningPlatform();

        @Option(names = "--channel", paramLabel = "NAME", defaultValue = "stable", description = "Default: stable.")
        private String channel = "stable";

        @Option(
                names = "--trust",
                paramLabel = "FILE",
                description = "The trust document to believe (default: the one that this machine's own registry gives,"
                        + " which is only as good as the connection to it).")
        private @Nullable Path trust;

        MonitorClient client() {
            Path state = platform.options().path().resolve("monitor").resolve(channel);
            return new MonitorClient(
                    new MonitorOptions("concordance-cli", platform.registryAddress(), channel, trust(), state));
        }

        private TrustDocument trust() {
            Path file = trust;
            if (file == null) {
                return Json.mapper().convertValue(platform.registry().get("v1/trust"), TrustDocument.class);
            }
            try {
                return Json.read(Files.readAllBytes(file), TrustDocument.class);
            } catch (IOException e) {
                throw new CommandFailure("--trust: " + file + " cannot be read", e);
            }
        }
    }

    @Command(
            name = "pull",
            mixinStandardHelpOptions = true,
            description = "Pull and verify the channel's release; print what is armed.")
    void pull(@Mixin Options options) {
        try (MonitorClient client = options.client()) {
            print(arm(client));
        }
    }

    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = "Pull and verify, then evaluate every document of the shard files in a folder and report.")
    void run(
            @Mixin Options options,
            @Option(names = "--shards", paramLabel = "DIR", required = true, description = "Folder of shard files.")
                    Path shards) {
        List<Path> files;
        try (Stream<Path> found = Files.list(shards)) {
            files = found.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new CommandFailure("--shards: " + shards + " is no folder that can be read", e);
        }
        if (files.isEmpty()) {
            throw new CommandFailure("--shards: " + shards + " holds no .safetensors file");
        }
        try (MonitorClient client = options.client()) {
            ArmedMonitor armed = arm(client);
            for (Path file : files) {
                try (Shard shard = Shard.open(file)) {
                    watch(armed, shard);
                }
            }
            if (client.report() > 0) {
                System.out.println("the registry is away; the report waits for the next run");
            }
        }
    }

    private static ArmedMonitor arm(MonitorClient client) {
        client.refresh();
        return client.armed().orElseThrow(() -> new CommandFailure("the channel has no release"));
    }

    private static void print(ArmedMonitor armed) {
        System.out.println("release " + armed.manifest().version() + "  " + armed.digest());
        Table table = new Table("feature", "level", "grade", "rule", "threshold", "label");
        for (ReleasedFeature feature : armed.manifest().features()) {
            table.row(
                    feature.uid(),
                    feature.level().wire(),
                    feature.grade(),
                    feature.rule(),
                    String.format(Locale.ROOT, "%.4g", feature.threshold()),
                    feature.label() == null ? "" : feature.label());
        }
        table.lines().forEach(System.out::println);
    }

    private static void watch(ArmedMonitor armed, Shard shard) {
        int[] documents = shard.documents();
        for (int from = 0; from < documents.length; ) {
            int to = from;
            while (to < documents.length && documents[to] == documents[from]) {
                to++;
            }
            float[] activations = new float[(to - from) * shard.width()];
            shard.activations(from, to - from, activations, 0);
            for (Hit hit : armed.evaluate(activations, to - from)) {
                System.out.printf(
                        Locale.ROOT,
                        "%s  rule %s  feature %s  token %d  %.4g > %.4g%n",
                        shard.documentIds().get(documents[from]),
                        hit.rule(),
                        hit.featureUid(),
                        hit.token(),
                        hit.value(),
                        hit.threshold());
            }
            from = to;
        }
    }
}
