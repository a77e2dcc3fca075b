package io.concordance.cli.platform;

import io.concordance.local.LocalStackProcess;
import io.concordance.local.PortBook;
import io.concordance.local.StackEndpoints;
import io.concordance.local.StackPorts;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Owns every process of one platform: starts the infrastructure, then the services side by side, starts again whatever
 * dies, on the port it had, and writes what it knows to {@code DIR/run/state.json} whenever that changes.
 *
 * <p>A part that keeps dying is tried again ever more slowly, up to {@value #SLOWEST_RETRY_SECONDS} seconds apart; it
 * never gives up. The infrastructure counts as one process: when PostgreSQL alone dies, all three are restarted.
 */
final class Supervisor implements AutoCloseable {
    /** Exit code of a supervisor that found another one at work on its directory. */
    static final int NOT_ALONE = 4;

    private static final int SLOWEST_RETRY_SECONDS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** Answers in a row after which a service that asks for another start gets one. */
    private static final int COMPLAINTS = 10;

    private final Path home;
    private final Path data;
    private final int basePort;
    private final FileChannel lock;
    private final Object monitor = new Object();
    private final Map<Service, Keeper> keepers = new EnumMap<>(Service.class);
    private final List<Thread> threads = new ArrayList<>();
    private final ProcessRef self = ProcessRef.of("supervisor", ProcessHandle.current());

    private @Nullable LocalStackProcess stack;
    private List<PartStatus> infra = List.of();
    private int stackRestarts;
    private volatile boolean stopping;

    private Supervisor(Path home, Path data, int basePort, FileChannel lock) {
        this.home = home;
        this.data = data;
        this.basePort = basePort;
        this.lock = lock;
    }

    /**
     * Takes charge of {@code data} and begins to start everything; does not wait for it.
     *
     * @param basePort first of the fixed ports, or 0 for free ones
     * @return empty if another supervisor has charge of the directory
     */
    static Optional<Supervisor> start(Path home, Path data, int basePort) throws IOException, InterruptedException {
        Files.createDirectories(data.resolve("run"));
        Files.createDirectories(data.resolve("logs"));
        FileChannel channel = FileChannel.open(
                data.resolve("run/supervisor.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            return Optional.empty();
        }
        Supervisor supervisor = new Supervisor(home, data, basePort, channel);
        Leftovers.stop(data);
        supervisor.publish();
        supervisor.spawn("infra", supervisor::keepStack);
        return Optional.of(supervisor);
    }

    private void spawn(String name, Task task) {
        Thread thread = Thread.ofPlatform().name(name).daemon().unstarted(() -> {
            try {
                task.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        synchronized (monitor) {
            threads.add(thread);
        }
        thread.start();
    }

    private void keepStack() throws InterruptedException {
        Backoff backoff = new Backoff();
        while (!stopping) {
            try (LocalStackProcess started = LocalStackProcess.start(data, stackPorts())) {
                backoff.started();
                adopt(started);
                startServices(started.endpoints());
                watch(started);
            } catch (IOException e) {
                say("infra: " + e.getMessage());
            }
            if (!stopping) {
                synchronized (monitor) {
                    stack = null;
                    stackRestarts++;
                    infra = infra.stream().map(part -> part.withReady(false)).toList();
                }
                publish();
                say("infra ended; starting it again");
                backoff.pause();
            }
        }
    }

    private StackPorts stackPorts() {
        return basePort == 0 ? StackPorts.ANY : new StackPorts(basePort + 10, basePort + 11, basePort + 12);
    }

    private void adopt(LocalStackProcess started) throws IOException {
        StackEndpoints endpoints = started.endpoints();
        String now = Instant.now().toString();
        long postgresPid =
                LocalStackProcess.postgres(data).map(ProcessHandle::pid).orElse(0L);
        synchronized (monitor) {
            stack = started;
            infra = List.of(
                    new PartStatus("kafka", endpoints.pid(), LiveChecks.kafkaUrl(endpoints), true, stackRestarts, now),
                    new PartStatus("s3", endpoints.pid(), endpoints.s3().endpoint(), true, stackRestarts, now),
                    new PartStatus(
                            "postgres", postgresPid, LiveChecks.postgresUrl(endpoints), true, stackRestarts, now));
        }
        publish();
    }

    /** Returns when the infrastructure's JVM or its PostgreSQL is gone. */
    private void watch(LocalStackProcess started) throws InterruptedException, IOException {
        while (!started.awaitExit(Duration.ofMillis(500))) {
            if (LocalStackProcess.postgres(data).isEmpty() && !stopping) {
                say("postgres ended");
                return;
            }
        }
    }

    /** The first time starts the services; later only tells them when the infrastructure has moved to other ports. */
    private void startServices(StackEndpoints endpoints) throws IOException {
        if (keepers.isEmpty()) {
            PortBook ports = PortBook.open(data.resolve("run/ports.properties"));
            for (Service service : Service.values()) {
                int port = ports.choose(service.module, basePort == 0 ? 0 : basePort + service.portOffset);
                keepers.put(service, new Keeper(service, port));
            }
            ports.save();
            for (Keeper keeper : keepers.values()) {
                keeper.endpoints = endpoints;
                spawn(keeper.service.module, keeper::keep);
            }
            return;
        }
        for (Keeper keeper : keepers.values()) {
            keeper.moveTo(endpoints);
        }
    }

    /** Writes the state file; a state that cannot be written must not stop the platform. */
    private void publish() {
        synchronized (monitor) {
            List<PartStatus> services = new ArrayList<>();
            List<ProcessRef> processes = new ArrayList<>();
            for (Keeper keeper : keepers.values()) {
                Process process = keeper.process;
                if (process != null && process.isAlive()) {
                    processes.add(ProcessRef.of(keeper.service.module, process.toHandle()));
                }
                services.add(keeper.status());
            }
            if (stack != null) {
                ProcessHandle.of(stack.endpoints().pid())
                        .ifPresent(handle -> processes.add(ProcessRef.of("infra", handle)));
            }
            try {
                new PlatformState(self, services, infra, stackRestarts, processes).write(data);
            } catch (IOException e) {
                say("state not written: " + e);
            }
        }
    }

    /** Stops the services, all at once, then the infrastructure; returns when every process has ended. */
    @Override
    public void close() {
        stopping = true;
        try {
            List<Thread> stoppers = new ArrayList<>();
            for (Keeper keeper : List.copyOf(keepers.values())) {
                stoppers.add(Thread.ofPlatform().start(keeper::stop));
            }
            for (Thread stopper : stoppers) {
                stopper.join();
            }
            LocalStackProcess running;
            synchronized (monitor) {
                running = stack;
            }
            for (Thread thread : List.copyOf(threads)) {
                thread.interrupt();
            }
            if (running != null) {
                running.close();
            }
            for (Thread thread : List.copyOf(threads)) {
                thread.join(PATIENCE);
            }
            Leftovers.stop(data);
            lock.close();
        } catch (IOException e) {
            say("while stopping: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void say(String message) {
        System.err.println(Instant.now() + " " + message);
    }

    /** Keeps one service running on one port. */
    private final class Keeper {
        private final Service service;
        private final int port;
        private final String url;
        private volatile StackEndpoints endpoints;
        private volatile @Nullable Process process;
        private volatile boolean ready;
        private volatile int restarts;
        private volatile String startedAt = "";

        @SuppressWarnings("NullAway.Init") // endpoints are set before the keeper's thread starts
        Keeper(Service service, int port) {
            this.service = service;
            this.port = port;
            this.url = "http://127.0.0.1:" + port;
        }

        PartStatus status() {
            Process current = process;
            return new PartStatus(service.module, current == null ? 0 : current.pid(), url, ready, restarts, startedAt);
        }

        void keep() throws InterruptedException {
            try {
                keepUntilStopped();
            } finally {
                // A process launched while close() was under way has not been seen by it.
                stop();
            }
        }

        private void keepUntilStopped() throws InterruptedException {
            Backoff backoff = new Backoff();
            while (!stopping) {
                try {
                    Process started = launch();
                    process = started;
                    startedAt = Instant.now().toString();
                    backoff.started();
                    publish();
                    pollUntilItEnds(started);
                    say(service.module + " ended with status " + started.exitValue());
                } catch (IOException e) {
                    say(service.module + ": " + e.getMessage());
                }
                ready = false;
                if (!stopping) {
                    restarts++;
                    publish();
                    backoff.pause();
                }
            }
        }

        private Process launch() throws IOException {
            Path log = data.resolve("logs").resolve(service.module + ".log");
            ProcessBuilder builder = new ProcessBuilder(service.command(home))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment());
            return builder.start();
        }

        private Map<String, String> environment() throws IOException {
            Map<Service, String> urls = new EnumMap<>(Service.class);
            keepers.forEach((other, keeper) -> urls.put(other, keeper.url));
            return service.environment(data, port, endpoints, urls);
        }

        private void pollUntilItEnds(Process started) throws InterruptedException {
            int complaints = 0;
            while (!started.waitFor(ready ? 1000 : 200, TimeUnit.MILLISECONDS)) {
                complaints = LiveChecks.serviceAsksForRestart(url) ? complaints + 1 : 0;
                if (complaints == COMPLAINTS) {
                    say(service.module + " says that it needs another start; its log has the reason");
                    started.destroy();
                }
                boolean answers = LiveChecks.serviceIsReady(url);
                if (answers != ready) {
                    ready = answers;
                    publish();
                }
            }
        }

        /** Services read their addresses once, at start; other addresses need another start. */
        void moveTo(StackEndpoints now) {
            StackEndpoints before = endpoints;
            endpoints = now;
            Process current = process;
            boolean moved = !before.kafka().equals(now.kafka())
                    || !before.s3().equals(now.s3())
                    || !before.postgres().equals(now.postgres());
            if (moved && current != null) {
                current.destroy();
            }
        }

        void stop() {
            Process current = process;
            if (current == null) {
                return;
            }
            current.destroy();
            try {
                if (!current.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    current.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits between two starts of one part: half a second first, doubling, and afresh after a minute of good life. */
    private static final class Backoff {
        private long nextMillis = 500;
        private long startedNanos = System.nanoTime();

        void started() {
            startedNanos = System.nanoTime();
        }

        void pause() throws InterruptedException {
            if (System.nanoTime() - startedNanos > TimeUnit.MINUTES.toNanos(1)) {
                nextMillis = 500;
            }
            Thread.sleep(nextMillis);
            nextMillis = Math.min(2 * nextMillis, TimeUnit.SECONDS.toMillis(SLOWEST_RETRY_SECONDS));
        }
    }

    private interface Task {
        void run() throws InterruptedException;
    }
}
