package io.concordance.cli.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.concordance.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the supervisor last knew: {@code DIR/run/state.json}. The file survives a killed supervisor, and is then the list
 * of processes that still have to be stopped.
 *
 * @param infra empty until the infrastructure has answered for the first time
 * @param infraRestarts how often it has had to be started again, or has failed to start
 * @param processes every process the supervisor has started and not yet seen end, services first
 */
record PlatformState(
        ProcessRef supervisor,
        List<PartStatus> services,
        List<PartStatus> infra,
        int infraRestarts,
        List<ProcessRef> processes) {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    static Optional<PlatformState> read(Path data) {
        Path file = file(data);
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file), PlatformState.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CommandFailure(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Replaces the file in one step. */
    void write(Path data) throws IOException {
        Path file = file(data);
        Files.createDirectories(file.getParent());
        Path temporary = file.resolveSibling("state.json.tmp");
        Files.write(temporary, JSON.writeValueAsBytes(this));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static void delete(Path data) throws IOException {
        Files.deleteIfExists(file(data));
    }

    static Path file(Path data) {
        return data.resolve("run/state.json");
    }

    List<PartStatus> parts() {
        List<PartStatus> parts = new ArrayList<>(infra);
        parts.addAll(services);
        return parts;
    }
}
