package io.concordance.interp.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.concordance.contracts.digest.Digests;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes transcripts and jobs as capture does, over HTTP, and leaves the capturing to the test. Every third request finds it busy. */
public final class CaptureServer implements QuarkusTestResourceLifecycleManager {
    static final Map<String, String> TRANSCRIPTS = new ConcurrentHashMap<>();
    /** Ids by idempotency key. */
    static final Map<String, String> JOBS = new ConcurrentHashMap<>();

    static final Map<String, String> ORDERS = new ConcurrentHashMap<>();
    /** What is said of every job. */
    static volatile String state = "running";

    private static final AtomicInteger REQUESTS = new AtomicInteger();

    private HttpServer server;

    @Override
    public Map<String, String> start() {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", CaptureServer::answer);
        server.start();
        return Map.of(
                "concordance.capture.url",
                "http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (REQUESTS.getAndIncrement() % 3 == 0) {
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            String answer;
            if (exchange.getRequestURI().getPath().equals("/v1/transcripts")) {
                String digest = Digests.sha256(body);
                TRANSCRIPTS.put(digest, body);
                answer = "{\"digest\":\"" + digest + "\"}";
            } else if (exchange.getRequestMethod().equals("POST")) {
                String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
                String id = JOBS.computeIfAbsent(key, k -> UUID.randomUUID().toString());
                ORDERS.put(id, body);
                answer = "{\"id\":\"" + id + "\"}";
            } else {
                answer = "{\"state\":\"" + state + "\",\"problem\":\"no room\"}";
            }
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void stop() {
        if (server != null) {
            server.stop(0);
        }
    }
}
