package io.concordance.registry.study.peer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One service over REST. Every call is a single attempt; who calls decides when to try again. Properties that a type does
 * not know are skipped, because answers grow by addition.
 */
final class Peer {
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final String name;
    private final URI base;
    private final HttpClient http;

    Peer(String name, String base, HttpClient http) {
        this.name = name;
        this.http = http;
        this.base = URI.create(base.endsWith("/") ? base : base + "/");
    }

    URI address() {
        return base;
    }

    <T> T get(String path, Class<T> type) {
        return read(send(request(path).GET().build()), type);
    }

    /** Starts work; the same key with the same body starts it once. */
    <T> T post(String path, String idempotencyKey, Object body, Class<T> type) {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)))
                .build();
        return read(send(request), type);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(ANSWER).header("Accept", "application/json");
    }

    private byte[] send(HttpRequest request) {
        HttpResponse<byte[]> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new PeerUnavailable(name, "does not answer (" + e.getClass().getSimpleName() + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PeerUnavailable(name, "interrupted", e);
        }
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return response.body();
        }
        String detail = detail(response.body());
        if (status >= 500 || status == 429 || status == 408 || inFlight(response.body())) {
            throw new PeerUnavailable(name, "answered " + status + " (" + detail + ")", null);
        }
        throw new PeerRefusal(name, status, detail);
    }

    private static boolean inFlight(byte[] body) {
        return problem(body).path("type").asText().endsWith("request-in-flight");
    }

    private static String detail(byte[] body) {
        JsonNode problem = problem(body);
        String detail = problem.path("detail").asText(problem.path("title").asText());
        return detail.isEmpty() ? "no detail" : detail;
    }

    private static JsonNode problem(byte[] body) {
        try {
            return Json.mapper().readTree(new String(body, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            return Json.mapper().missingNode();
        }
    }

    private <T> T read(byte[] body, Class<T> type) {
        ObjectReader reader = Json.mapper().readerFor(type).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        try {
            return reader.readValue(body);
        } catch (IOException e) {
            throw new PeerUnavailable(name, "answered something unreadable (" + e.getMessage() + ")", e);
        }
    }
}
