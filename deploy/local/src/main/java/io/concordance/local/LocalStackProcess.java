package io.concordance.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A local stack in a JVM of its own, owned by this process: it stops when this one ends, however it ends.
 *
 * <p>The repository root is taken from the system property {@code concordance.home} or the environment variable
 * {@code CONCORDANCE_HOME}; the module {@code deploy/local} must have been compiled there.
 */
public final class LocalStackProcess implements AutoCloseable {
    private static final Duration START_PATIENCE = Duration.ofMinutes(3);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

    private final Path dataDir;
    private final Process process;
    private final StackEndpoints endpoints;

    private LocalStackProcess(Path dataDir, Process process, StackEndpoints endpoints) {
        this.dataDir = dataDir;
        this.process = process;
        this.endpoints = endpoints;
    }

    /**
     * Starts a stack on {@code dataDir} (made if missing) with ports of its own choice and waits until all of it
     * answers.
     *
     * @throws IOException if it does not come up; the message ends with the last lines of its log
     */
    public static LocalStackProcess start(Path dataDir) throws IOException {
        return start(dataDir, StackPorts.ANY);
    }

    /** As {@link #start(Path)}, on given ports. */
    public static LocalStackProcess start(Path dataDir, StackPorts ports) throws IOException {
        Path data = dataDir.toAbsolutePath().normalize();
        Path log = PrivateFiles.directory(data.resolve("logs")).resolve("stack.log");
        ProcessBuilder builder = new ProcessBuilder(command(data, ports))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        RootDrop.apply(builder);
        Process process = builder.start();
        try {
            return new LocalStackProcess(data, process, awaitReady(data, process, log));
        } catch (IOException | RuntimeException e) {
            stop(process);
            throw e;
        }
    }

    private static List<String> command(Path data, StackPorts ports) throws IOException {
        Path target = home().resolve("deploy/local/target");
        if (!Files.isDirectory(target.resolve("local-stack"))) {
            throw new IOException("the local stack is not built: " + target.resolve("local-stack") + " is missing");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                target.resolve("local-stack") + "/*" + File.pathSeparator + target.resolve("classes"),
                "io.concordance.local.LocalStack"));
        command.addAll(List.of("--data", data.toString()));
        command.addAll(List.of("--kafka-port", Integer.toString(ports.kafka())));
        command.addAll(List.of("--s3-port", Integer.toString(ports.s3())));
        command.addAll(List.of("--postgres-port", Integer.toString(ports.postgres())));
        command.addAll(List.of("--parent", Long.toString(ProcessHandle.current().pid())));
        return command;
    }

    private static Path home() throws IOException {
        String home = System.getProperty("concordance.home", System.getenv("CONCORDANCE_HOME"));
        if (home == null) {
            throw new IOException(
                    "set the system property concordance.home or CONCORDANCE_HOME to the repository root");
        }
        return Path.of(home).toAbsolutePath();
    }

    private static StackEndpoints awaitReady(Path data, Process process, Path log) throws IOException {
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        try {
            while (System.nanoTime() < deadline) {
                if (Files.exists(data.resolve(StackEndpoints.FILE))) {
                    StackEndpoints endpoints = StackEndpoints.read(data);
                    if (endpoints.pid() == process.pid()) {
                        return endpoints;
                    }
                }
                if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                    throw new IOException("the local stack ended with status " + process.exitValue() + tail(log));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the local stack was starting", e);
        }
        throw new IOException(
                "the local stack was not ready after " + START_PATIENCE.toMinutes() + " minutes" + tail(log));
    }

    private static String tail(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        List<String> last = lines.subList(Math.max(0, lines.size() - 20), lines.size());
        return last.isEmpty() ? "" : "; the end of " + log + ":\n" + String.join("\n", last);
    }

    public StackEndpoints endpoints() {
        return endpoints;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits at most {@code patience} for the stack to end. */
    public boolean awaitExit(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The live PostgreSQL server of the stack on {@code dataDir}, whether or not its owner still lives. */
    public static Optional<ProcessHandle> postgres(Path dataDir) throws IOException {
        return OrphanedPostgres.find(dataDir.resolve("postgres"));
    }

    /** Stops what a killed stack may have left running on {@code dataDir}. Must not be called on a live stack. */
    public static void stopLeftovers(Path dataDir) throws IOException {
        OrphanedPostgres.stop(dataDir.resolve("postgres"));
        Files.deleteIfExists(dataDir.resolve(StackEndpoints.FILE));
    }

    /**
     * Kills the JVM as {@code kill -9} would and returns when it is gone. PostgreSQL lives on until the next start or
     * {@link #close()}.
     */
    public void killHard() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Stops everything and returns when all of it has ended; data stays. May be called after {@link #killHard()}. */
    @Override
    public void close() throws IOException {
        stop(process);
        stopLeftovers(dataDir);
    }

    /** SIGTERM, then SIGKILL; an interrupt is kept for later, because a stack stopped halfway leaves PostgreSQL behind. */
    private static void stop(Process process) {
        boolean interrupted = Thread.interrupted();
        process.destroy();
        long deadline = System.nanoTime() + STOP_PATIENCE.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            try {
                process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        process.destroyForcibly().onExit().join();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
