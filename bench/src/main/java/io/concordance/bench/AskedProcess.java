package io.concordance.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that takes one JSON order a line and answers each with one line; the first line is its greeting. It ends when
 * its input does.
 */
public class AskedProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    private final Process process;
    private final Writer orders;
    private final BufferedReader answers;
    private final Path log;
    private final JsonNode greeting;

    /** @param log where the process writes its errors; the last line is told when it ends before its time */
    protected AskedProcess(Process process, Path log) throws IOException {
        this.process = process;
        this.orders = process.outputWriter();
        this.answers = process.inputReader();
        this.log = log;
        try {
            this.greeting = answer();
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    public static AskedProcess start(List<String> command, Path log) throws IOException {
        return new AskedProcess(launch(command, log), log);
    }

    static Process launch(List<String> command, Path log) throws IOException {
        return new ProcessBuilder(command).redirectError(log.toFile()).start();
    }

    /** What the process said of itself. */
    public JsonNode greeting() {
        return greeting;
    }

    /** Sends an order and waits for its answer. */
    public JsonNode ask(Object order) throws IOException {
        try {
            orders.write(Json.mapper().writeValueAsString(order));
            orders.write('\n');
            orders.flush();
        } catch (IOException e) {
            throw ended(e);
        }
        return answer();
    }

    private JsonNode answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw ended(null);
        }
        return Json.mapper().readTree(line);
    }

    private IOException ended(@Nullable IOException cause) throws IOException {
        return new IOException("the process ended: " + lastLine(log), cause);
    }

    static String lastLine(Path log) throws IOException {
        List<String> lines =
                Files.readAllLines(log).stream().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "without a word" : lines.getLast().strip();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
