package io.concordance.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Answers for capture and autointerp over HTTP: what a test put at a path or made of what was posted, and 404 elsewhere. There
 * is no trainer.
 */
public final class PeersResource implements QuarkusTestResourceLifecycleManager {
    static final Map<String, String> ANSWERS = new ConcurrentHashMap<>();
    static final Map<String, Function<byte[], String>> POSTED = new ConcurrentHashMap<>();

    private HttpServer server;

    /** Back to 404 everywhere: the server is one for all tests. */
    static void forget() {
        ANSWERS.clear();
        POSTED.clear();
    }

    @Override
    public Map<String, String> start() {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", PeersResource::answer);
        server.start();
        String address = "http://127.0.0.1:" + server.getAddress().getPort();
        return Map.of(
                "concordance.capture.url",
                address,
                "concordance.autointerp.url",
                address,
                "concordance.trainer.url",
                "http://127.0.0.1:" + closedPort());
    }

    /** A port at which nobody listens: a service that is not there. */
    private static int closedPort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            Function<byte[], String> posted = exchange.getRequestMethod().equals("POST") ? POSTED.get(path) : null;
            String json = posted == null
                    ? ANSWERS.get(path)
                    : posted.apply(exchange.getRequestBody().readAllBytes());
            if (json == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void stop() {
        if (server != null) {
            server.stop(0);
        }
    }
}
