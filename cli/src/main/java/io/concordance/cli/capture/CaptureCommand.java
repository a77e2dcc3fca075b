package io.concordance.cli.capture;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.cli.CommandFailure;
import io.concordance.cli.rest.Group;
import io.concordance.cli.rest.ListOptions;
import io.concordance.cli.rest.Output;
import io.concordance.cli.rest.RunningPlatform;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code concordance capture}. */
@Command(
        name = "capture",
        mixinStandardHelpOptions = true,
        description = "Capture jobs.",
        synopsisSubcommandLabel = "COMMAND")
public final class CaptureCommand extends Group {
    private static final String JOBS = "v1/capture-jobs";

    @Command(name = "submit", mixinStandardHelpOptions = true, description = "Submit the job in a JSON file.")
    void submit(@Mixin RunningPlatform platform, @Parameters(paramLabel = "JOB.json") Path job) {
        Output.print(platform.capture().post(JOBS, read(job)));
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List jobs.")
    void list(@Mixin RunningPlatform platform, @Mixin ListOptions page) {
        Output.list(
                platform.capture().get(JOBS + page.query()),
                List.of("id", "state", "role", "slices.done", "slices.total", "tokens", "createdAt"));
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Show a job.")
    void show(@Mixin RunningPlatform platform, @Parameters(paramLabel = "ID") String id) {
        Output.print(platform.capture().get(JOBS + "/" + id));
    }

    @Command(name = "cancel", mixinStandardHelpOptions = true, description = "Cancel a job.")
    void cancel(@Mixin RunningPlatform platform, @Parameters(paramLabel = "ID") String id) {
        platform.capture().delete(JOBS + "/" + id);
    }

    private static JsonNode read(Path file) {
        try {
            return Json.mapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new CommandFailure(file + ": expected a readable JSON file", e);
        }
    }
}
