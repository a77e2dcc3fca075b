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
import java.util.List;
import java.util.Map;

/** A packaged service in a JVM of its own, which can be killed. */
public final class ServiceProcess implements AutoCloseable {
    /** The setting that chooses the port; a free one when absent. */
    public static final String PORT = "QUARKUS_HTTP_PORT";

    private final Process process;
    private final int port;

    private ServiceProcess(Process process, int port) {
        this.process = process;
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
        Path jar = Path.of("..", module, "target", "quarkus-app", "quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(module + " is not packaged: there is no " + jar);
        }
        int port = settings.containsKey(PORT) ? Integer.parseInt(settings.get(PORT)) : freePort();
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-jar",
                        jar.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        dir.resolve(module + ".log").toFile()));
        builder.environment()
                .putAll(Map.of(
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
        builder.environment().putAll(settings);
        return new ServiceProcess(builder.start(), port);
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
        if (!process.isAlive()) {
            throw new IllegalStateException("the service ended with status " + process.exitValue());
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
        process.destroyForcibly();
        await().atMost(Duration.ofSeconds(30)).until(() -> !process.isAlive());
    }

    @Override
    public void close() {
        kill();
    }
}
