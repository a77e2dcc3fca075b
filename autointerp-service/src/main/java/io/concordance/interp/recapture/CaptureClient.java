package io.concordance.interp.recapture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.access.BearerToken;
import io.concordance.contracts.json.Json;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Asks capture to read transcripts. Every call is one attempt; a repeated call starts nothing twice. */
@ApplicationScoped
public class CaptureClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long MAX_ANSWER = 4L << 20;

    private final URI capture;
    private final BearerToken token;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();

    CaptureClient(
            @ConfigProperty(name = "concordance.capture.url", defaultValue = "http://localhost:8081") URI capture,
            BearerToken token) {
        this.capture = capture;
        this.token = token;
    }

    /** Capture gives no answer now. */
    public static final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unavailable(String message) {
            super(message);
        }
    }

    /** Capture will not do it, whenever it is asked. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    private record Order(String model, List<String> hooks, String role, String dtype, List<Arm> arms) {}

    private record Arm(String name, String kind, String transcripts, String rendering) {}

    /** @param problem empty when there is none */
    public record Job(String state, String problem) {}

    /**
     * What a job that ended left behind.
     *
     * @param written digest of what an arm wrote, by arm
     * @param losses by arm that changed something
     */
    public record Outcome(Map<String, String> written, Map<String, Loss> losses) {}

    /** Means over predicted tokens, in nats. */
    public record Loss(long tokens, double ceClean, double cePatched, double kl) {}

    /** @param heads parts of a row; 0 where it has none */
    public record Hook(String name, String alias, int width, int heads) {}

    /** @return the digest of the stored transcripts */
    public String upload(byte[] transcripts) {
        return send(HttpRequest.newBuilder(capture.resolve("/v1/transcripts"))
                        .header("Content-Type", "application/x-ndjson")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(transcripts)))
                .path("digest")
                .asText();
    }

    /**
     * Starts a learning job without interventions that reads texts as they are, past any chat template.
     *
     * @return its id
     */
    public String submit(String model, String hook, String arm, String transcripts, String idempotencyKey) {
        Order order = new Order(
                model, List.of(hook), "learning", "fp32", List.of(new Arm(arm, "benign", transcripts, "verbatim")));
        return submit(order, idempotencyKey);
    }

    /**
     * Starts a job.
     *
     * @param order written as JSON
     * @return its id
     */
    public String submit(Record order, String idempotencyKey) {
        return send(HttpRequest.newBuilder(capture.resolve("/v1/capture-jobs"))
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", idempotencyKey)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(order))))
                .path("id")
                .asText();
    }

    /** Empty until the job has completed; {@link Refused} when it ended otherwise. */
    public Optional<Outcome> outcome(String id) {
        JsonNode job = send(HttpRequest.newBuilder(capture.resolve("/v1/capture-jobs/" + id)));
        String state = job.path("state").asText();
        if (state.equals("failed") || state.equals("cancelled")) {
            throw new Refused("capture job " + id + " " + state + ": "
                    + job.path("problem").asText(""));
        }
        if (!state.equals("completed")) {
            return Optional.empty();
        }
        Map<String, String> written = new HashMap<>();
        for (JsonNode arm : job.path("arms")) {
            if (arm.hasNonNull("written")) {
                written.put(arm.path("name").asText(), arm.path("written").asText());
            }
        }
        Map<String, Loss> losses = new HashMap<>();
        for (JsonNode loss : job.path("losses")) {
            losses.put(
                    loss.path("arm").asText(),
                    new Loss(
                            loss.path("tokens").asLong(),
                            loss.path("ceClean").asDouble(),
                            loss.path("cePatched").asDouble(),
                            loss.path("kl").asDouble()));
        }
        return Optional.of(new Outcome(written, losses));
    }

    /** Hook points of a model, in its order. */
    public List<Hook> hooks(String model) {
        List<Hook> hooks = new ArrayList<>();
        for (JsonNode hook : send(HttpRequest.newBuilder(
                        capture.resolve("/v1/models/" + URLEncoder.encode(model, StandardCharsets.UTF_8))))
                .path("hooks")) {
            hooks.add(new Hook(
                    hook.path("name").asText(),
                    hook.path("alias").asText(),
                    hook.path("width").asInt(),
                    hook.path("heads").asInt()));
        }
        return hooks;
    }

    public Job job(String id) {
        JsonNode job = send(HttpRequest.newBuilder(capture.resolve("/v1/capture-jobs/" + id)));
        return new Job(job.path("state").asText(), job.path("problem").asText(""));
    }

    private JsonNode send(HttpRequest.Builder request) {
        HttpResponse<byte[]> response;
        try {
            response = http.send(
                    token.sign(request).timeout(TIMEOUT).build(),
                    BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER));
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
