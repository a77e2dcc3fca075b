package io.concordance.bench.resume;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The packaged trainer service in a process of its own, with the heap it has on the local platform. */
final class TrainerProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int OK = 200;
    private static final int ACCEPTED = 202;
    private static final int BAD_REQUEST = 400;

    private final StackEndpoints endpoints;
    private final Path home;
    private final Path work;
    private final HttpClient client = HttpClient.newHttpClient();
    private @Nullable Process process;
    private URI url = URI.create("http://127.0.0.1");

    /** @param work for its cache and its log */
    TrainerProcess(StackEndpoints endpoints, Path home, Path work) {
        this.endpoints = endpoints;
        this.home = home;
        this.work = work;
    }

    /** Starts it and waits until it is ready. */
    void start(int threads, Scale scale) throws IOException, InterruptedException {
        int port = freePort();
        url = URI.create("http://127.0.0.1:" + port);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx1500m",
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "--sun-misc-unsafe-memory-access=allow"));
        settings(port, threads, scale).forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of(
                "-jar",
                home.resolve("sae-trainer-service/target/quarkus-app/quarkus-run.jar")
                        .toString()));
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        process = started;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ready()) {
            if (!started.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("the trainer service does not become ready; its log is " + log());
            }
            Thread.sleep(LOOK);
        }
    }

    private Map<String, String> settings(int port, int threads, Scale scale) {
        return Map.ofEntries(
                Map.entry("quarkus.http.port", Integer.toString(port)),
                Map.entry("quarkus.http.host", "127.0.0.1"),
                Map.entry("kafka.bootstrap.servers", endpoints.kafka().bootstrapServers()),
                Map.entry("quarkus.datasource.jdbc.url", endpoints.postgres().jdbcUrl()),
                Map.entry("quarkus.datasource.username", endpoints.postgres().user()),
                Map.entry("quarkus.datasource.password", endpoints.postgres().password()),
                Map.entry("concordance.s3.endpoint", endpoints.s3().endpoint()),
                Map.entry("concordance.s3.access-key", endpoints.s3().accessKey()),
                Map.entry("concordance.s3.secret-key", endpoints.s3().secretKey()),
                Map.entry("concordance.s3.bucket", endpoints.s3().bucket()),
                Map.entry("concordance.trainer.cache-dir", work.resolve("cache").toString()),
                Map.entry("concordance.trainer.device", "cpu"),
                Map.entry("concordance.trainer.threads", Integer.toString(threads)),
                Map.entry("concordance.trainer.window-rows", Integer.toString(scale.window())),
                Map.entry("concordance.trainer.checkpoint-every", scale.checkpointEvery()),
                Map.entry("concordance.trainer.heartbeat", "250ms"),
                Map.entry("concordance.trainer.steal-after", "1s"));
    }

    private Path log() {
        return work.resolve("trainer.log");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private boolean ready() throws InterruptedException {
        try {
            return send(HttpRequest.newBuilder(url.resolve("/q/health/ready"))).statusCode() == OK;
        } catch (IOException e) {
            return false;
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
    }

    /** Ends it as {@code kill -9} does and returns when it is gone. */
    void kill() {
        Objects.requireNonNull(process).destroyForcibly().onExit().join();
    }

    /**
     * Submits a run and returns its id. A service that takes the place of a killed one hears of jobs only when the broker
     * has given up the killed one's group membership; until then it does not know them and is asked again.
     */
    String submit(Map<String, Object> request) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            HttpResponse<String> response = send(HttpRequest.newBuilder(url.resolve("/v1/dictionaries"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofByteArray(Json.bytes(request))));
            if (response.statusCode() == ACCEPTED) {
                return Json.mapper().readTree(response.body()).path("id").asText();
            }
            boolean unknownJob = response.statusCode() == BAD_REQUEST
                    && Json.mapper()
                            .readTree(response.body())
                            .path("field")
                            .asText()
                            .startsWith("jobs[");
            if (!unknownJob || System.nanoTime() > deadline) {
                throw new IOException("the trainer service answers " + response.statusCode() + ": " + response.body());
            }
            Thread.sleep(LOOK);
        }
    }

    /** A run as it is now. */
    JsonNode run(String id) throws IOException, InterruptedException {
        return Json.mapper()
                .readTree(send(HttpRequest.newBuilder(url.resolve("/v1/dictionaries/" + id)))
                        .body());
    }

    /** Waits until a run is complete. */
    void awaitCompletion(String id) throws IOException, InterruptedException {
        while (true) {
            JsonNode run = run(id);
            switch (run.path("state").asText()) {
                case "completed" -> {
                    return;
                }
                case "waiting", "training" -> Thread.sleep(LOOK);
                default -> throw new IOException("a run ended otherwise: " + run);
            }
        }
    }

    /** Value of a sample in the service's metrics; 0 where there is none. */
    double metric(String name) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(url.resolve("/q/metrics")))
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .map(line -> line.split(" # ", 2)[0])
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
        client.close();
    }
}
