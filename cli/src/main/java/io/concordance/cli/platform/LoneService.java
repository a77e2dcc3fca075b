package io.concordance.cli.platform;

import io.concordance.cli.CommandFailure;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One service of the platform on a local stack, without the others, started as the supervisor starts it. */
public final class LoneService implements AutoCloseable {
    private static final Duration START_PATIENCE = Duration.ofMinutes(2);
    private static final Duration STOP_PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final double seconds;

    private LoneService(Process process, double seconds) {
        this.process = process;
        this.seconds = seconds;
    }

    /** Modules of all services. */
    public static List<String> modules() {
        return Arrays.stream(Service.values()).map(service -> service.module).toList();
    }

    /**
     * Returns when it is ready.
     *
     * @param data folder for its log and its own data
     * @param cached whether it may use its start-up cache, if it has one
     * @throws CommandFailure if it ends, or is not ready in two minutes
     */
    public static LoneService start(String module, Path home, Path data, StackEndpoints stack, boolean cached)
            throws IOException, InterruptedException {
        Service service = Arrays.stream(Service.values())
                .filter(one -> one.module.equals(module))
                .findFirst()
                .orElseThrow();
        return start(service, data, stack, cached ? service.command(home) : service.command(home, List.of()));
    }

    static LoneService start(Service service, Path data, StackEndpoints stack, List<String> command)
            throws IOException, InterruptedException {
        int port = freePort();
        String url = "http://127.0.0.1:" + port;
        Map<Service, String> urls = new EnumMap<>(Service.class);
        for (Service other : Service.values()) {
            urls.put(other, url);
        }
        Path log = data.resolve(service.module + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(service.environment(data, port, stack, urls));
        long begun = System.nanoTime();
        Process process = builder.start();
        try {
            while (!LiveChecks.serviceIsReady(url)) {
                if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
                    throw new CommandFailure(service.module + " ended: " + DeathNotice.of(log));
                }
                if (System.nanoTime() - begun > START_PATIENCE.toNanos()) {
                    throw new CommandFailure(service.module + " is not ready after " + START_PATIENCE);
                }
            }
        } catch (CommandFailure | InterruptedException e) {
            process.destroyForcibly();
            throw e;
        }
        return new LoneService(process, (System.nanoTime() - begun) / 1e9);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    public long pid() {
        return process.pid();
    }

    /** From the start of the process until its readiness probe said 200. */
    public double seconds() {
        return seconds;
    }

    /** Ends it by SIGTERM, and returns when it has ended. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
