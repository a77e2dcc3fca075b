package io.concordance.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A PostgreSQL server whose owner was killed: it keeps running on its directory and on its port. */
final class OrphanedPostgres {
    private static final String LOCK = "postmaster.pid";

    private OrphanedPostgres() {}

    /**
     * Stops the server that runs on {@code directory}, if any: clients are disconnected, transactions rolled back. Ends
     * when the server has ended.
     *
     * @throws IOException if it outlives both a fast and an immediate shutdown
     */
    static void stop(Path directory) throws IOException {
        Optional<ProcessHandle> found = find(directory);
        if (found.isEmpty()) {
            // The next server would take a killed one that nobody has reaped for a live one.
            Files.deleteIfExists(directory.resolve(LOCK));
            return;
        }
        ProcessHandle server = found.get();
        // INT and QUIT are PostgreSQL's "fast" and "immediate"; TERM would wait for the clients to leave.
        if (!signalled(server, "INT", Duration.ofSeconds(15)) && !signalled(server, "QUIT", Duration.ofSeconds(10))) {
            throw new IOException("PostgreSQL (pid " + server.pid() + ") on " + directory + " does not stop");
        }
    }

    /** The live server on {@code directory}: the process that its lock file names, if that is indeed a postgres. */
    static Optional<ProcessHandle> find(Path directory) throws IOException {
        Path lock = directory.resolve(LOCK);
        if (!Files.exists(lock)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(lock);
        if (lines.isEmpty() || !lines.getFirst().strip().matches("\\d+")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(lines.getFirst().strip())).filter(OrphanedPostgres::isRunning);
    }

    private static boolean signalled(ProcessHandle server, String signal, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(server.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            while (isRunning(server)) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while PostgreSQL was stopping", e);
        }
    }

    /** Unlike {@link ProcessHandle#isAlive}, false for a process that has ended and that nobody has reaped. */
    private static boolean isRunning(ProcessHandle handle) {
        return handle.isAlive() && handle.info().command().orElse("").endsWith("postgres");
    }
}
