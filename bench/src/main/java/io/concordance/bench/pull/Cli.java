package io.concordance.bench.pull;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The {@code concordance} command on a data directory of its own. */
public record Cli(Path home, Path work) {

    /** @throws IllegalStateException when it fails, with its last line */
    public byte[] run(String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile(work, "out-", ".txt");
        Path log = Files.createTempFile(work, "log-", ".txt");
        List<String> command =
                new ArrayList<>(List.of(home.resolve("concordance").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", work.resolve("data").toString()));
        int status = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(log.toFile())
                .start()
                .waitFor();
        if (status != 0) {
            List<String> lines = Files.readAllLines(log);
            throw new IllegalStateException("concordance " + String.join(" ", arguments) + " ended with " + status
                    + (lines.isEmpty() ? "" : ": " + lines.getLast()));
        }
        return Files.readAllBytes(out);
    }

    /** What the status says about a service that runs. */
    public JsonNode service(String name) throws IOException, InterruptedException {
        for (JsonNode part : Json.read(run("status", "--json"), JsonNode.class).path("services")) {
            if (part.path("name").asText().equals(name)) {
                return part;
            }
        }
        throw new IllegalStateException(name + " does not run");
    }
}
