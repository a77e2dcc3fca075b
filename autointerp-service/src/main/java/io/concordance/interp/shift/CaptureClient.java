package io.concordance.interp.shift;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Asks capture to read transcripts. Every call is one attempt; a repeated call starts nothing twice. */
@ApplicationScoped
class CaptureClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long MAX_ANSWER = 4L << 20;

    private final URI capture;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();

    CaptureClient(
            @ConfigProperty(name = "concordance.capture.url", defaultValue = "http://localhost:8081") URI capture) {
        this.capture = capture;
    }

    /** Capture gives no answer now. */
    static final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unavailable(String message) {
            super(message);
        }
    }

    /** Capture will not do it, whenever it is asked. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    private record Order(String model, List<String> hooks, String role, String dtype, List<Arm> arms) {}

    private record Arm(String name, String kind, String transcripts) {}

    /** @param problem empty when there is none */
    record Job(String state, String problem) {}

    /** @return the digest of the stored transcripts */
    String upload(byte[] transcripts) {
        return send(HttpRequest.newBuilder(capture.resolve("/v1/transcripts"))
                        .header("Content-Type", "application/x-ndjson")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(transcripts)))
                .path("digest")
                .asText();
    }

    /**
     * Starts a learning job without interventions.
     *
     * @return its id
     */
    String submit(String model, String hook, String arm, String transcripts, String idempotencyKey) {
        Order order = new Order(model, List.of(hook), "learning", "fp32", List.of(new Arm(arm, "benign", transcripts)));
        return send(HttpRequest.newBuilder(capture.resolve("/v1/capture-jobs"))
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", idempotencyKey)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(order))))
                .path("id")
                .asText();
    }

    Job job(String id) {
        JsonNode job = send(HttpRequest.newBuilder(capture.resolve("/v1/capture-jobs/" + id)));
        return new Job(job.path("state").asText(), job.path("problem").asText(""));
    }

    private JsonNode send(HttpRequest.Builder request) {
        HttpResponse<byte[]> response;
        try {
            response = http.send(
                    request.timeout(TIMEOUT).build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER));
        } catch (IOException e) {
            throw new Unavailable("capture does not answer (" + e + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted");
        }
        JsonNode body = json(response.body());
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return body;
        }
        String detail = "capture answered " + status + ": "
                + body.path("detail").asText(body.path("title").asText("no detail"));
        boolean later = status >= 500
                || status == 429
                || status == 408
                || body.path("type").asText().endsWith("request-in-flight");
        if (later) {
            throw new Unavailable(detail);
        }
        throw new Refused(detail);
    }

    private static JsonNode json(byte[] body) {
        try {
            return Json.mapper().readTree(new String(body, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            return Json.mapper().missingNode();
        }
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }
}
