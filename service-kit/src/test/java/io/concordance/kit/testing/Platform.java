package io.concordance.kit.testing;

import io.concordance.local.LocalStackProcess;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A running Kafka, S3 server and PostgreSQL, made of what {@link Parts.Kind} was chosen. The one that a module's test classes
 * share is had by a field of this type; a test that breaks it mends it before it ends.
 */
public final class Platform implements AutoCloseable {
    private final Parts parts;

    private Platform(Parts parts) {
        this.parts = parts;
    }

    /** Starts on {@code dataDir}, which is made if missing and whose data stays. */
    public static Platform start(Path dataDir) throws IOException {
        return new Platform(Parts.start(dataDir));
    }

    /** Starts on an empty directory under {@code target/platform}; what earlier runs left there is removed. */
    static Platform start() throws IOException {
        Path root = Path.of("target", "platform").toAbsolutePath();
        removeOf(root);
        return start(root.resolve(Long.toString(ProcessHandle.current().pid())));
    }

    public StackEndpoints endpoints() {
        return parts.endpoints();
    }

    /** Ends Kafka and S3 as {@code kill -9} would. PostgreSQL lives on. */
    public void killKafkaAndObjectStore() throws IOException {
        parts.killKafkaAndObjectStore();
    }

    /** Starts what was killed, on the same data and the same ports. PostgreSQL is restarted too. */
    public void startAgain() throws IOException {
        parts.startAgain();
    }

    @Override
    public void close() throws IOException {
        parts.close();
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
