package io.concordance.kit.testing;

import static org.awaitility.Awaitility.await;

import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A service on its own, which can be killed: as packaged in a JVM, or as its image in a container ({@link Parts.Kind}). */
public final class ServiceProcess implements AutoCloseable {
    /** The setting that chooses the port; a free one when absent. */
    public static final String PORT = "QUARKUS_HTTP_PORT";

    private static final String MEMORY = "-Xmx512m";

    /** Where the service runs. */
    interface Host {
        boolean isAlive();

        /** {@code kill -9}; returns when it has ended. */
        void kill();
    }

    private final Host host;
    private final int port;

    private ServiceProcess(Host host, int port) {
        this.host = host;
        this.port = port;
    }

    /**
     * Starts a service and waits until it is ready.
     *
     * @param module folder of its module, beside the one whose tests run
     * @param dir where its log and its own data go
     * @param settings environment, such as {@code CONCORDANCE_AUTOINTERP_THREADS}
     */
    public static ServiceProcess start(String module, StackEndpoints stack, Path dir, Map<String, String> settings)
            throws IOException {
        ServiceProcess service = begin(module, stack, dir, settings);
        await().atMost(Duration.ofMinutes(2)).until(service::isReady);
        return service;
    }

    /** As {@link #start}, without waiting. */
    public static ServiceProcess begin(String module, StackEndpoints stack, Path dir, Map<String, String> settings)
            throws IOException {
        int port = settings.containsKey(PORT) ? Integer.parseInt(settings.get(PORT)) : freePort();
        Map<String, String> environment = new HashMap<>(Map.of(
                PORT,
                Integer.toString(port),
                "KAFKA_BOOTSTRAP_SERVERS",
                stack.kafka().bootstrapServers(),
                "QUARKUS_DATASOURCE_JDBC_URL",
                stack.postgres().jdbcUrl(),
                "QUARKUS_DATASOURCE_USERNAME",
                stack.postgres().user(),
                "QUARKUS_DATASOURCE_PASSWORD",
                stack.postgres().password(),
                "CONCORDANCE_S3_ENDPOINT",
                stack.s3().endpoint(),
                "CONCORDANCE_S3_ACCESS_KEY",
                stack.s3().accessKey(),
                "CONCORDANCE_S3_SECRET_KEY",
                stack.s3().secretKey(),
                "CONCORDANCE_S3_BUCKET",
                stack.s3().bucket(),
                "CONCORDANCE_DATA_DIR",
                dir.toString()));
        environment.put("JDK_JAVA_OPTIONS", MEMORY);
        environment.putAll(settings);
        Path log = dir.resolve(module + ".log");
        Host host = Parts.Kind.chosen() == Parts.Kind.CONTAINERS
                ? ContainerHost.start(module, dir, environment, log)
                : jvm(module, environment, log);
        return new ServiceProcess(host, port);
    }

    private static Host jvm(String module, Map<String, String> environment, Path log) throws IOException {
        Path jar = Path.of("..", module, "target", "quarkus-app", "quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(module + " is not packaged: there is no " + jar);
        }
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules=jdk.incubator.vector",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-jar",
                        jar.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        return new Host() {
            @Override
            public boolean isAlive() {
                return process.isAlive();
            }

            @Override
            public void kill() {
                process.destroyForcibly().onExit().join();
            }
        };
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    public int port() {
        return port;
    }

    private boolean isReady() {
        if (!host.isAlive()) {
            throw new IllegalStateException("the service ended");
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI health = URI.create("http://127.0.0.1:" + port + "/q/health/ready");
            return client.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A counter's value as the service reports it, without its exemplar; 0 before it first counted. */
    public long counter(String name) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String metrics = client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            return metrics.lines()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.split(" # ", 2)[0])
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code kill -9}. */
    public void kill() {
        host.kill();
    }

    @Override
    public void close() {
        kill();
    }
}
