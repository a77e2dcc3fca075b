package io.concordance.kit.testing;

import io.concordance.local.LocalStackProcess;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The running Kafka, S3 and PostgreSQL of a test run. A test that breaks them asks for this by a field of this type and
 * mends them before it ends.
 */
public final class Platform {
    private final Path dataDir;
    private LocalStackProcess stack;

    private Platform(Path dataDir, LocalStackProcess stack) {
        this.dataDir = dataDir;
        this.stack = stack;
    }

    /** Starts on an empty directory under {@code target/platform}; what earlier runs left there is removed. */
    static Platform start() {
        try {
            Path root = Path.of("target", "platform").toAbsolutePath();
            removeOf(root);
            Path dataDir = root.resolve(Long.toString(ProcessHandle.current().pid()));
            return new Platform(dataDir, LocalStackProcess.start(dataDir));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public StackEndpoints endpoints() {
        return stack.endpoints();
    }

    /** Ends Kafka and S3 as {@code kill -9} would. PostgreSQL is a process of its own and lives on. */
    public void killKafkaAndObjectStore() {
        stack.killHard();
    }

    /** Starts what was killed, on the same data and the same ports. PostgreSQL is restarted too. */
    public void startAgain() throws IOException {
        stack = LocalStackProcess.start(dataDir);
    }

    void stop() {
        try {
            stack.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void removeOf(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            return;
        }
        try (Stream<Path> runs = Files.list(root)) {
            for (Path run : runs.toList()) {
                boolean alive = ProcessHandle.of(
                                Long.parseLong(run.getFileName().toString()))
                        .filter(process ->
                                process.pid() != ProcessHandle.current().pid())
                        .isPresent();
                if (!alive) {
                    LocalStackProcess.stopLeftovers(run);
                    removeTree(run);
                }
            }
        }
    }

    private static void removeTree(Path tree) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(tree)) {
            deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }
}
