package io.concordance.cli.deadletters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.cli.rest.Api;
import io.concordance.cli.rest.Group;
import io.concordance.cli.rest.Output;
import io.concordance.cli.rest.RunningPlatform;
import io.concordance.contracts.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code concordance dead-letters}. */
@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        description = "Records that services could not read and put aside.",
        synopsisSubcommandLabel = "COMMAND")
public final class DeadLettersCommand extends Group {
    private static final String LETTERS = "v1/dead-letters";
    private static final String SERVICES = "capture, trainer, autointerp or registry.";

    private enum Service {
        CAPTURE,
        TRAINER,
        AUTOINTERP,
        REGISTRY;

        private Api of(RunningPlatform platform) {
            return switch (this) {
                case CAPTURE -> platform.capture();
                case TRAINER -> platform.trainer();
                case AUTOINTERP -> platform.autointerp();
                case REGISTRY -> platform.registry();
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private enum State {
        WAITING,
        REPLAYED,
        DISCARDED,
        ALL
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List those of each service, newest first.")
    void list(
            @Mixin RunningPlatform platform,
            @Option(names = "--service", paramLabel = "SERVICE", description = "Only one: " + SERVICES) @Nullable
                    Service service,
            @Option(
                            names = "--state",
                            paramLabel = "STATE",
                            defaultValue = "WAITING",
                            description = "waiting (the default), replayed, discarded or all.")
                    State state,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "20",
                            description = "Most of a service (default 20).")
                    int limit,
            @Option(
                            names = "--cursor",
                            paramLabel = "CURSOR",
                            description = "Go on where the page of the --service before ended.")
                    @Nullable
                    String cursor) {
        String query = "?limit=" + limit
                + (state == State.ALL ? "" : "&state=" + state.name().toLowerCase(Locale.ROOT))
                + (cursor == null ? "" : "&cursor=" + cursor);
        ObjectNode all = Json.mapper().createObjectNode();
        ArrayNode items = all.putArray("items");
        StringBuilder more = new StringBuilder();
        for (Service each : service == null ? List.of(Service.values()) : List.of(service)) {
            JsonNode page = each.of(platform).get(LETTERS + query);
            page.path("items")
                    .forEach(item -> items.add(((ObjectNode) item.deepCopy()).put("service", each.toString())));
            if (page.hasNonNull("next")) {
                more.append("  more: --service ")
                        .append(each)
                        .append(" --cursor ")
                        .append(page.path("next").asText())
                        .append('\n');
            }
        }
        Output.list(all, List.of("service", "id", "at", "key", "bytes", "state", "reason"));
        System.out.print(more);
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Show one with its headers and its value.")
    void show(
            @Mixin RunningPlatform platform,
            @Parameters(paramLabel = "SERVICE", description = SERVICES) Service service,
            @Parameters(paramLabel = "ID") String id) {
        Output.print(service.of(platform).get(LETTERS + "/" + id));
    }

    @Command(
            name = "replay",
            mixinStandardHelpOptions = true,
            description = "Publish one again to its topic, under its own key and id. Consumers that know it drop it.")
    void replay(
            @Mixin RunningPlatform platform,
            @Parameters(paramLabel = "SERVICE", description = SERVICES) Service service,
            @Parameters(paramLabel = "ID") String id) {
        Output.print(service.of(platform).post(LETTERS + "/" + id + "/replay", Map.of()));
    }

    @Command(
            name = "discard",
            mixinStandardHelpOptions = true,
            description = "Say that nothing more is to be done about one. It stays where it is, with the reason.")
    void discard(
            @Mixin RunningPlatform platform,
            @Parameters(paramLabel = "SERVICE", description = SERVICES) Service service,
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Why.") String reason) {
        Output.print(service.of(platform).post(LETTERS + "/" + id + "/discard", Map.of("reason", reason)));
    }
}
