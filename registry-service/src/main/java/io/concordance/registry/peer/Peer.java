package io.concordance.registry.peer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.concordance.contracts.access.BearerToken;
import io.concordance.contracts.json.Json;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * One service over REST. Every call is a single attempt; who calls decides when to try again. Properties that a type does
 * not know are skipped, because answers grow by addition.
 */
public final class Peer {
    private static final Duration ANSWER = Duration.ofSeconds(30);
    /** A model is run before it is registered. */
    private static final Duration TAKING_IN = Duration.ofMinutes(10);

    private final String name;
    private final URI base;
    private final HttpClient http;
    private final BearerToken token;

    /** @param token what it is shown */
    public Peer(String name, String base, HttpClient http, BearerToken token) {
        this.token = token;
        this.name = name;
        this.http = http;
        this.base = URI.create(base.endsWith("/") ? base : base + "/");
    }

    /** Where it is, with a slash at the end. */
    public URI address() {
        return base;
    }

    /**
     * Reads a resource.
     *
     * @throws PeerRefusal on a status of 4xx that asking again would not change
     * @throws PeerUnavailable when there is no answer, or none that can be read
     */
    public <T> T get(String path, Class<T> type) {
        return read(send(request(path).GET().build()), type);
    }

    /** Starts work, failing as {@link #get} does; the same key with the same body starts it once. */
    public <T> T post(String path, String idempotencyKey, Object body, Class<T> type) {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)))
                .build();
        return read(send(request), type);
    }

    /** Uploads lines of JSON; the same lines again are the same resource. */
    public <T> T upload(String path, byte[] lines, Class<T> type) {
        HttpRequest request = request(path)
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofByteArray(lines))
                .build();
        return read(send(request), type);
    }

    /**
     * Uploads a file of lines of JSON, as {@link #upload(String, byte[], Class)} does.
     *
     * @throws UncheckedIOException when it is not there
     */
    public <T> T upload(String path, Path lines, Class<T> type) {
        try {
            return takeIn(path, "application/x-ndjson", HttpRequest.BodyPublishers.ofFile(lines), type);
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a form with files; the same files again are the same resource. */
    public <T> T send(String path, Map<String, String> fields, Map<String, Path> files, Class<T> type) {
        Multipart form = Multipart.of(fields, files);
        return takeIn(path, form.contentType(), form.body(), type);
    }

    private <T> T takeIn(String path, String contentType, HttpRequest.BodyPublisher body, Class<T> type) {
        return read(
                send(request(path)
                        .timeout(TAKING_IN)
                        .header("Content-Type", contentType)
                        .POST(body)
                        .build()),
                type);
    }

    private HttpRequest.Builder request(String path) {
        return token.sign(
                HttpRequest.newBuilder(base.resolve(path)).timeout(ANSWER).header("Accept", "application/json"));
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
