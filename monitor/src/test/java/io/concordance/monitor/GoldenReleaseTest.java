package io.concordance.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.concordance.monitor.GoldenRelease.Session;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GoldenReleaseTest {
    private static final Path PYTHON = Path.of("..", "clients", "python");

    @Test
    void firesOnTheSessionsThatItFiredOnWhenTheyWereWritten() throws Exception {
        ArmedMonitor armed = GoldenRelease.arm();
        float[] activations = GoldenRelease.activations();
        TreeSet<String> fired = new TreeSet<>();
        for (Session session : GoldenRelease.sessions()) {
            assertThat(GoldenRelease.evaluate(armed, activations, session)).isEqualTo(session.hits());
            session.hits().forEach(hit -> fired.add(hit.rule()));
        }
        assertThat(fired).containsExactly("any", "before-not-after", "often", "three", "two");
        assertThat(GoldenRelease.sessions()).anyMatch(session -> session.hits().isEmpty());
    }

    @Test
    void thePythonMonitorPassesItsTestsOnTheSameFiles() throws Exception {
        Optional<String> python = python();
        if (python.isEmpty()) {
            abort("the Python monitor was not run: CONCORDANCE_PYTHON, clients/python/.venv and python3 are not there"
                    + " or have no numpy and safetensors");
        }
        Path log = Files.createTempFile("concordance-python-", ".log");
        int status = run(log, 300, python.orElseThrow(), "-m", "unittest", "discover", "-s", "tests", "-t", ".");
        assertThat(status).as(Files.readString(log)).isZero();
        assertThat(log).content().containsPattern("Ran [0-9]+ tests");
        Files.delete(log);
    }

    /** An interpreter that has what the client needs. */
    private static Optional<String> python() throws IOException, InterruptedException {
        List<String> candidates = new ArrayList<>();
        String named = System.getenv("CONCORDANCE_PYTHON");
        if (named != null) {
            candidates.add(named);
        }
        candidates.add(PYTHON.resolve(".venv/bin/python").toAbsolutePath().toString());
        candidates.add("python3");
        Path log = Files.createTempFile("concordance-python-", ".log");
        for (String candidate : candidates) {
            if (run(log, 60, candidate, "-c", "import numpy, safetensors.numpy") == 0) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** Exit status, or -1 where there is no such program or it takes longer. */
    private static int run(Path log, int seconds, String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(PYTHON.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                Files.writeString(log, "took more than " + seconds + " seconds", StandardCharsets.UTF_8);
                return -1;
            }
            return process.exitValue();
        } catch (IOException e) {
            return -1;
        }
    }
}
