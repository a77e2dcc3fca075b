package io.concordance.capture;

import static org.awaitility.Awaitility.await;

import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The packaged service in a JVM of its own, which can be killed. */
final class ServiceProcess {
    private final Process process;
    private final int port;

    private ServiceProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static ServiceProcess start(StackEndpoints stack, Path dir, Map<String, String> settings) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-jar",
                        Path.of("target", "quarkus-app", "quarkus-run.jar").toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        dir.resolve("service.log").toFile()));
        builder.environment()
                .putAll(Map.of(
                        "QUARKUS_HTTP_PORT", Integer.toString(port),
                        "KAFKA_BOOTSTRAP_SERVERS", stack.kafka().bootstrapServers(),
                        "QUARKUS_DATASOURCE_JDBC_URL", stack.postgres().jdbcUrl(),
                        "QUARKUS_DATASOURCE_USERNAME", stack.postgres().user(),
                        "QUARKUS_DATASOURCE_PASSWORD", stack.postgres().password(),
                        "CONCORDANCE_S3_ENDPOINT", stack.s3().endpoint(),
                        "CONCORDANCE_S3_ACCESS_KEY", stack.s3().accessKey(),
                        "CONCORDANCE_S3_SECRET_KEY", stack.s3().secretKey(),
                        "CONCORDANCE_S3_BUCKET", stack.s3().bucket(),
                        "CONCORDANCE_DATA_DIR", dir.toString()));
        builder.environment().putAll(settings);
        ServiceProcess service = new ServiceProcess(builder.start(), port);
        await().atMost(Duration.ofMinutes(2)).until(service::isReady);
        return service;
    }

    int port() {
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

    /** A counter's value as the service reports it, 0 before it first counted. */
    long counter(String name) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String metrics = client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            return metrics.lines()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code kill -9}. */
    void kill() {
        process.destroyForcibly();
        await().atMost(Duration.ofSeconds(30)).until(() -> !process.isAlive());
    }
}
