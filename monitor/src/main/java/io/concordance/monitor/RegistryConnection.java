package io.concordance.monitor;

import io.concordance.contracts.access.BearerToken;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The few requests a monitor makes. Bodies are bounded; nothing here is believed yet. */
final class RegistryConnection implements AutoCloseable {
    private final URI base;
    private final Duration timeout;
    private final BearerToken token;
    private final HttpClient http;

    /** A document, or its absence when it has not changed. */
    record Fetched(byte @Nullable [] body, @Nullable String etag) {}

    RegistryConnection(URI registry, Duration timeout, BearerToken token) {
        this.token = token;
        String text = registry.toString();
        this.base = URI.create(text.endsWith("/") ? text : text + "/");
        this.timeout = timeout;
        this.http = HttpClient.newBuilder().connectTimeout(timeout).build();
    }

    /** A document that changes, unless it still has this entity tag. */
    Fetched getIfChanged(String path, @Nullable String etag, long maxBytes) throws IOException {
        HttpRequest.Builder request = request(path).GET();
        if (etag != null) {
            request.header("If-None-Match", etag);
        }
        HttpResponse<byte[]> response = send(request.build(), maxBytes);
        if (response.statusCode() == 304) {
            return new Fetched(null, etag);
        }
        check(response);
        return new Fetched(
                response.body(), response.headers().firstValue("ETag").orElse(null));
    }

    byte[] get(String path, long maxBytes) throws IOException {
        HttpResponse<byte[]> response = send(request(path).GET().build(), maxBytes);
        check(response);
        return response.body();
    }

    /** A document, empty when there is none. */
    Optional<byte[]> find(String path, long maxBytes) throws IOException {
        HttpResponse<byte[]> response = send(request(path).GET().build(), maxBytes);
        if (response.statusCode() == 404) {
            return Optional.empty();
        }
        check(response);
        return Optional.of(response.body());
    }

    /** Posts under an idempotency key and returns the status. */
    int post(String path, String key, String type, byte[] body) throws IOException {
        HttpRequest request = request(path)
                .header("Content-Type", type)
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return send(request, 1 << 20).statusCode();
    }

    private HttpRequest.Builder request(String path) {
        return token.sign(HttpRequest.newBuilder(base.resolve(path))).timeout(timeout);
    }

    private HttpResponse<byte[]> send(HttpRequest request, long maxBytes) throws IOException {
        try {
            return http.send(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), maxBytes));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted during " + request.uri(), e);
        }
    }

    private static void check(HttpResponse<byte[]> response) throws IOException {
        if (response.statusCode() != 200) {
            throw new IOException(response.uri() + " answered " + response.statusCode());
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
