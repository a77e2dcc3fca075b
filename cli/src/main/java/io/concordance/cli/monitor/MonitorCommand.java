package io.concordance.cli.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.cli.CommandFailure;
import io.concordance.cli.rest.Group;
import io.concordance.cli.rest.RunningPlatform;
import io.concordance.cli.rest.Table;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.TrustDocument;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Transcripts;
import io.concordance.monitor.ArmedMonitor;
import io.concordance.monitor.MonitorClient;
import io.concordance.monitor.MonitorOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
                    Path shards,
            @Option(
                            names = "--transcripts",
                            paramLabel = "FILE",
                            description = "Transcripts of the shards' documents: of each on which a rule fires an"
                                    + " incident is kept, which the registry replays (shards in fp32 only).")
                    @Nullable
                    Path transcripts) {
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
        Map<String, JsonNode> known = transcripts == null ? Map.of() : read(transcripts);
        try (MonitorClient client = options.client()) {
            SessionWatch watch = new SessionWatch(client, arm(client), known, System.out);
            for (Path file : files) {
                try (Shard shard = Shard.open(file)) {
                    watch.watch(shard);
                }
            }
            if (client.report() > 0) {
                System.out.println("the registry is away; the report waits for the next run");
            }
        }
    }

    /** Transcripts by id. How their sessions ended is for people to say. */
    private static Map<String, JsonNode> read(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            Map<String, JsonNode> transcripts = new HashMap<>();
            try (InputStream in = Files.newInputStream(file)) {
                Transcripts.read(in, Transcripts.Limits.DEFAULT, transcript -> {});
            }
            lines.filter(line -> !line.isBlank()).forEach(line -> {
                ObjectNode transcript = Json.read(line.getBytes(StandardCharsets.UTF_8), ObjectNode.class);
                transcript.put("outcome", Outcome.UNKNOWN.text());
                transcripts.put(transcript.path("id").asText(), transcript);
            });
            return transcripts;
        } catch (FieldProblem e) {
            throw new FieldProblem("--transcripts", file, "a file of transcripts (" + e.getMessage() + ")");
        } catch (IOException | UncheckedIOException e) {
            throw new CommandFailure("--transcripts: " + file + " cannot be read", e);
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
}
