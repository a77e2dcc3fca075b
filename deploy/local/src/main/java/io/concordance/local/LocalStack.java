package io.concordance.local;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Runs Kafka, S3 and PostgreSQL on one data directory until it is told to stop.
 *
 * <p>{@code LocalStack --data DIR [--kafka-port N] [--s3-port N] [--postgres-port N] [--parent PID]}. Everything listens
 * on 127.0.0.1 only. When all three answer, {@code DIR/stack.json} appears and one line is printed. SIGTERM stops all
 * of them in order; a kill loses nothing that was acknowledged. With {@code --parent} the stack also stops when that
 * process is gone, so that it cannot outlive a test run.
 *
 * <p>One stack runs on a directory at a time. Exit codes: 0 stopped, 1 failed, 2 wrong arguments.
 */
public final class LocalStack implements AutoCloseable {
    private static final String BUCKET = "concordance";

    private final Path dataDir;
    private final FileChannel lock;
    private final List<AutoCloseable> parts = new ArrayList<>();
    private boolean closed;

    private LocalStack(Path dataDir, FileChannel lock) {
        this.dataDir = dataDir;
        this.lock = lock;
    }

    public static void main(String[] arguments) {
        Arguments parsed;
        try {
            parsed = Arguments.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("local stack: " + e.getMessage());
            System.exit(2);
            return;
        }
        System.exit(run(parsed));
    }

    private static int run(Arguments arguments) {
        long begun = System.nanoTime();
        try {
            quietLogs(PrivateFiles.directory(arguments.dataDir().resolve("logs")));
            LocalStack stack = new LocalStack(arguments.dataDir(), lock(arguments.dataDir()));
            Runtime.getRuntime().addShutdownHook(new Thread(stack::close, "stop"));
            StackEndpoints endpoints = stack.start(arguments.ports());
            System.out.printf(
                    "ready in %.1f s: kafka %s, s3 %s, postgres %s%n",
                    (System.nanoTime() - begun) / 1e9,
                    endpoints.kafka().bootstrapServers(),
                    endpoints.s3().endpoint(),
                    endpoints.postgres().jdbcUrl());
            if (arguments.parent() > 0) {
                awaitEnd(arguments.parent());
            } else {
                Thread.currentThread().join();
            }
            return 0;
        } catch (Exception e) {
            System.err.println("local stack: " + e.getMessage());
            e.printStackTrace(System.err);
            return 1;
        }
    }

    private static void awaitEnd(long pid) throws InterruptedException {
        // An ended process that nobody has reaped is still "alive", but has no command any more. Another user's process
        // never shows one.
        boolean visible = commandOf(pid).isPresent();
        while (ProcessHandle.of(pid).isPresent() && (!visible || commandOf(pid).isPresent())) {
            Thread.sleep(500);
        }
    }

    private static Optional<String> commandOf(long pid) {
        return ProcessHandle.of(pid).flatMap(process -> process.info().command());
    }

    /** Must run before the first logger exists. */
    private static void quietLogs(Path logs) throws IOException {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        System.setProperty("org.slf4j.simpleLogger.showDateTime", "true");
        System.setProperty("org.slf4j.simpleLogger.dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        System.setProperty(
                "org.slf4j.simpleLogger.logFile", logs.resolve("servers.log").toString());
    }

    private static FileChannel lock(Path dataDir) throws IOException {
        FileChannel channel =
                FileChannel.open(dataDir.resolve("stack.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock();
        if (held == null) {
            channel.close();
            throw new IOException("a stack already runs on " + dataDir);
        }
        return channel;
    }

    private StackEndpoints start(StackPorts asked) throws Exception {
        Files.deleteIfExists(dataDir.resolve(StackEndpoints.FILE));
        Path postgresDir = dataDir.resolve("postgres");
        OrphanedPostgres.stop(postgresDir);

        Credentials credentials = Credentials.in(dataDir);
        PortBook ports = PortBook.open(dataDir.resolve("ports.properties"));
        int kafkaPort = ports.choose("kafka", asked.kafka());
        int s3Port = ports.choose("s3", asked.s3());
        int postgresPort = ports.choose("postgres", asked.postgres());
        int controllerPort = ports.choose("kafka-controller", 0);
        ports.save();

        startTogether(List.of(
                () -> PostgresServer.start(postgresDir, binaries(), postgresPort, credentials.postgresPassword()),
                () -> ObjectStore.start(
                        dataDir.resolve("s3"), BUCKET, s3Port, credentials.s3AccessKey(), credentials.s3SecretKey()),
                () -> KafkaBroker.start(dataDir.resolve("kafka"), kafkaPort, controllerPort)));

        StackEndpoints endpoints = new StackEndpoints(
                ProcessHandle.current().pid(),
                new StackEndpoints.Kafka("127.0.0.1:" + kafkaPort),
                new StackEndpoints.S3(
                        "http://127.0.0.1:" + s3Port, credentials.s3AccessKey(), credentials.s3SecretKey(), BUCKET),
                new StackEndpoints.Postgres(
                        "jdbc:postgresql://127.0.0.1:" + postgresPort + "/" + PostgresServer.DATABASE,
                        PostgresServer.USER,
                        credentials.postgresPassword()));
        endpoints.write(dataDir);
        return endpoints;
    }

    /** Starts all parts at once and waits for all; what did start is stopped by {@link #close} even if others failed. */
    private void startTogether(List<Callable<AutoCloseable>> starters) throws Exception {
        @Nullable Exception failure = null;
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
            List<Future<AutoCloseable>> starting = new ArrayList<>();
            for (Callable<AutoCloseable> starter : starters) {
                starting.add(threads.submit(starter));
            }
            for (Future<AutoCloseable> part : starting) {
                try {
                    add(part.get());
                } catch (ExecutionException e) {
                    failure = e.getCause() instanceof Exception cause ? cause : e;
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private synchronized void add(AutoCloseable part) throws Exception {
        if (closed) {
            part.close();
        } else {
            parts.add(part);
        }
    }

    /** The PostgreSQL programs (60 MB) are unpacked once per user, not once per data directory. */
    private static Path binaries() throws IOException {
        String cache = System.getenv().getOrDefault("XDG_CACHE_HOME", System.getProperty("user.home") + "/.cache");
        return PrivateFiles.directory(Path.of(cache, "concordance", "postgres"));
    }

    /** Stops the parts, last started first; says what failed to stop and goes on. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Files.deleteIfExists(dataDir.resolve(StackEndpoints.FILE));
        } catch (IOException e) {
            complain(System.err, e);
        }
        for (AutoCloseable part : parts.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                complain(System.err, e);
            }
        }
        try {
            lock.close();
        } catch (IOException e) {
            complain(System.err, e);
        }
    }

    private static void complain(PrintStream out, Exception e) {
        out.println("local stack, while stopping: " + e);
    }

    private record Arguments(Path dataDir, StackPorts ports, long parent) {

        static Arguments parse(String[] arguments) {
            @Nullable Path dataDir = null;
            int kafka = 0;
            int s3 = 0;
            int postgres = 0;
            long parent = 0;
            for (int i = 0; i < arguments.length; i += 2) {
                String name = arguments[i];
                if (i + 1 == arguments.length) {
                    throw new IllegalArgumentException(name + " needs a value");
                }
                String value = arguments[i + 1];
                switch (name) {
                    case "--data" -> dataDir = Path.of(value).toAbsolutePath().normalize();
                    case "--kafka-port" -> kafka = number(name, value);
                    case "--s3-port" -> s3 = number(name, value);
                    case "--postgres-port" -> postgres = number(name, value);
                    case "--parent" -> parent = number(name, value);
                    default -> throw new IllegalArgumentException("unknown option " + name);
                }
            }
            if (dataDir == null) {
                throw new IllegalArgumentException("--data DIR is required");
            }
            return new Arguments(dataDir, new StackPorts(kafka, s3, postgres), parent);
        }

        private static int number(String name, String value) {
            try {
                return Integer.parseInt(value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(name + " is " + value + "; allowed is a whole number", e);
            }
        }
    }
}
