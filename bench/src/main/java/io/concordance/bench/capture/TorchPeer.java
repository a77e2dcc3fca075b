package io.concordance.bench.capture;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.bench.Comparison.Progress;
import io.concordance.bench.capture.Callers.Took;
import io.concordance.contracts.json.Json;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A capture in PyTorch, in a Python process of its own. Its environment is made on first use with {@code venv} and
 * {@code pip}; {@code CONCORDANCE_BENCH_PYTHON} names an interpreter that has {@code torch} already.
 */
final class TorchPeer implements AutoCloseable {
    private static final String OWN_PYTHON = "CONCORDANCE_BENCH_PYTHON";
    private static final List<String> PACKAGES = List.of("torch==2.9.1", "numpy==2.4.6");
    private static final int INSTALL_MINUTES = 30;

    private final Process process;
    private final Writer orders;
    private final BufferedReader answers;
    private final String version;

    private TorchPeer(Process process) throws IOException {
        this.process = process;
        this.orders = process.outputWriter();
        this.answers = process.inputReader();
        this.version = answer().path("torch").asText();
    }

    /** Why there is no peer. */
    static final class Absent extends Exception {
        private static final long serialVersionUID = 1;

        Absent(String why) {
            super(why);
        }
    }

    /**
     * @param home folder for the environment
     * @throws Absent when Python, pip or the packages are not to be had
     */
    static TorchPeer start(Path home, Path work, int threads, Progress progress) throws InterruptedException, Absent {
        try {
            Path script = work.resolve("tl_capture.py");
            try (InputStream source = TorchPeer.class.getResourceAsStream("tl_capture.py")) {
                Files.copy(Objects.requireNonNull(source), script, StandardCopyOption.REPLACE_EXISTING);
            }
            Process process = new ProcessBuilder(python(home, progress), script.toString(), Integer.toString(threads))
                    .redirectError(work.resolve("python.log").toFile())
                    .start();
            try {
                return new TorchPeer(process);
            } catch (IOException e) {
                process.destroyForcibly();
                throw new Absent("the Python process ended: " + lastLine(work.resolve("python.log")));
            }
        } catch (IOException e) {
            throw new Absent(String.valueOf(e.getMessage()));
        }
    }

    private static String python(Path home, Progress progress) throws IOException, InterruptedException, Absent {
        String given = System.getenv(OWN_PYTHON);
        if (given != null) {
            return given;
        }
        Path python = home.resolve("bin/python");
        Path complete = home.resolve("complete");
        if (Files.exists(complete)) {
            return python.toString();
        }
        String system = onPath("python3").orElseThrow(() -> new Absent("there is no python3"));
        progress.begins("making a Python environment with " + String.join(" ", PACKAGES) + " (some gigabytes; once; "
                + OWN_PYTHON + " names another)");
        Files.createDirectories(home);
        Path log = home.resolve("install.log");
        require(log, List.of(system, "-m", "venv", home.toString()));
        List<String> install = new java.util.ArrayList<>(
                List.of(python.toString(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"));
        install.addAll(PACKAGES);
        require(log, install);
        Files.writeString(complete, String.join("\n", PACKAGES));
        return python.toString();
    }

    private static Optional<String> onPath(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path file = Path.of(folder, program);
            if (Files.isExecutable(file)) {
                return Optional.of(file.toString());
            }
        }
        return Optional.empty();
    }

    private static void require(Path log, List<String> command) throws IOException, InterruptedException, Absent {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new Absent("'" + String.join(" ", command) + "' took more than " + INSTALL_MINUTES + " minutes");
        }
        if (process.exitValue() != 0) {
            throw new Absent("'" + String.join(" ", command) + "' failed: " + lastLine(log));
        }
    }

    private static String lastLine(Path log) throws IOException {
        List<String> lines =
                Files.readAllLines(log).stream().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "without a word" : lines.getLast().strip();
    }

    String version() {
        return version;
    }

    /** @param batches token counts of the documents of each batch */
    Took capture(List<List<Integer>> batches, Path folder) throws IOException {
        orders.write(Json.mapper().writeValueAsString(Map.of("batches", batches, "folder", folder.toString())));
        orders.write('\n');
        orders.flush();
        JsonNode took = answer();
        return new Took(took.path("seconds").asDouble(), took.path("cpu").asDouble());
    }

    private JsonNode answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the Python process ended");
        }
        return Json.mapper().readTree(line);
    }

    @Override
    public void close() {
        process.destroy();
    }
}
