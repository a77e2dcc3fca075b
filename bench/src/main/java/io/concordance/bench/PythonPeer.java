package io.concordance.bench;

import io.concordance.bench.Comparison.Progress;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A Python script that is asked. Its environment is made on first use with {@code venv} and {@code pip};
 * {@code CONCORDANCE_BENCH_PYTHON} names an interpreter that has the packages already.
 */
public final class PythonPeer extends AskedProcess {
    private static final String OWN_PYTHON = "CONCORDANCE_BENCH_PYTHON";
    private static final int INSTALL_MINUTES = 30;

    private PythonPeer(Process process, Path log) throws IOException {
        super(process, log);
    }

    /** Why there is no peer. */
    public static final class Absent extends Exception {
        private static final long serialVersionUID = 1;

        Absent(String why) {
            super(why);
        }
    }

    /**
     * An environment with its packages.
     *
     * @param folder where it is kept
     * @param packages as pip names them, with versions
     */
    public record Environment(Path folder, List<String> packages) {
        public Environment {
            packages = List.copyOf(packages);
        }
    }

    /**
     * Starts a script that lies beside a class.
     *
     * @param work folder for the script's copy and its log
     * @throws Absent when Python, pip or the packages are not to be had
     */
    public static PythonPeer start(
            Class<?> owner, String script, Environment environment, Path work, int threads, Progress progress)
            throws InterruptedException, Absent {
        try {
            Path copy = work.resolve(script);
            try (InputStream source = owner.getResourceAsStream(script)) {
                Files.copy(Objects.requireNonNull(source), copy, StandardCopyOption.REPLACE_EXISTING);
            }
            Path log = work.resolve("python.log");
            return new PythonPeer(
                    launch(List.of(python(environment, progress), copy.toString(), Integer.toString(threads)), log),
                    log);
        } catch (IOException e) {
            throw new Absent(String.valueOf(e.getMessage()));
        }
    }

    private static String python(Environment environment, Progress progress)
            throws IOException, InterruptedException, Absent {
        String given = System.getenv(OWN_PYTHON);
        if (given != null) {
            return given;
        }
        Path home = environment.folder;
        Path python = home.resolve("bin/python");
        Path complete = home.resolve("complete");
        if (Files.exists(complete)) {
            return python.toString();
        }
        String system = onPath("python3").orElseThrow(() -> new Absent("there is no python3"));
        progress.begins("making a Python environment with " + String.join(" ", environment.packages)
                + " (some gigabytes; once; " + OWN_PYTHON + " names another)");
        Files.createDirectories(home);
        Path log = home.resolve("install.log");
        require(log, List.of(system, "-m", "venv", home.toString()));
        List<String> install = new ArrayList<>(
                List.of(python.toString(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"));
        install.addAll(environment.packages);
        require(log, install);
        Files.writeString(complete, String.join("\n", environment.packages));
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
}
