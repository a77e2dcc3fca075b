package io.concordance.cli.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code concordance status}: exit code 0 when something runs, 3 when nothing does. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Say what runs, asking each part itself. Exit code 3 when nothing runs.")
final class StatusCommand implements Callable<Integer> {
    private static final int NOTHING_RUNS = 3;

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        PlatformStatus status = Platform.status(data.path());
        if (json) {
            System.out.println(json(status));
        } else if (status.isDown()) {
            System.out.println("nothing runs on " + data.path());
        } else {
            status.infra().forEach(StatusCommand::print);
            status.services().forEach(StatusCommand::print);
        }
        return status.isDown() ? NOTHING_RUNS : 0;
    }

    private static void print(PartStatus part) {
        System.out.printf(
                "%-20s %-9s pid %-8d restarts %-3d %s%n",
                part.name(), part.ready() ? "ready" : "NOT READY", part.pid(), part.restarts(), part.url());
    }

    private static String json(PlatformStatus status) throws JsonProcessingException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        fill(root.putArray("services"), status.services());
        fill(root.putArray("infra"), status.infra());
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private static void fill(ArrayNode array, List<PartStatus> parts) {
        for (PartStatus part : parts) {
            array.addObject()
                    .put("name", part.name())
                    .put("pid", part.pid())
                    .put("url", part.url())
                    .put("ready", part.ready())
                    .put("restarts", part.restarts())
                    .put("startedAt", part.startedAt());
        }
    }
}
