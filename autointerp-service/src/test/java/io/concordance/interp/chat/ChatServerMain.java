package io.concordance.interp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** An OpenAI-compatible server with a {@link SimpleModel} and bad days. Its first argument is the port, 0 for a free one. */
public final class ChatServerMain {
    private static final int HUGE = 10 << 20;
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private static volatile String mode = "well";
    private static final AtomicInteger requests = new AtomicInteger();
    private static final AtomicInteger limited = new AtomicInteger();
    private static final AtomicLong hugeBytes = new AtomicLong();
    private static volatile String authorization = "";

    private ChatServerMain() {}

    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/chat/completions", exchange -> serve(exchange, true));
        server.createContext("/v1/completions", exchange -> serve(exchange, false));
        server.createContext("/mode/", exchange -> {
            mode = exchange.getRequestURI().getPath().substring("/mode/".length());
            limited.set(0);
            send(exchange, 200, Map.of("mode", mode));
        });
        server.createContext(
                "/stats",
                exchange -> send(
                        exchange,
                        200,
                        Map.of(
                                "requests",
                                requests.get(),
                                "hugeBytes",
                                hugeBytes.get(),
                                "authorization",
                                authorization)));
        server.start();
        System.out.println("PORT " + server.getAddress().getPort());
    }

    private static void serve(HttpExchange exchange, boolean words) throws IOException {
        requests.incrementAndGet();
        String key = exchange.getRequestHeaders().getFirst("Authorization");
        authorization = key == null ? "" : key;
        JsonNode body = Json.read(exchange.getRequestBody().readAllBytes(), JsonNode.class);
        switch (mode) {
            case "well" -> answer(exchange, body, words);
            case "unweighted" -> {
                if (words) {
                    answer(exchange, body, true);
                } else {
                    send(exchange, 404, Map.of("error", "no such thing"));
                }
            }
            case "broken" -> send(exchange, 503, Map.of("error", "overloaded"));
            case "locked" -> send(exchange, 401, Map.of("error", "who are you"));
            case "refusing" -> send(exchange, 400, Map.of("error", "too long a context"));
            case "limited" -> {
                if (limited.incrementAndGet() % 3 != 0) {
                    exchange.getResponseHeaders().set("Retry-After", "0");
                    send(exchange, 429, Map.of("error", "slow down"));
                } else {
                    answer(exchange, body, words);
                }
            }
            case "patient" -> {
                exchange.getResponseHeaders().set("Retry-After", "3600");
                send(exchange, 429, Map.of("error", "come back in an hour"));
            }
            case "garbage" -> bytes(exchange, 200, "<html>502 <<>> Bad".getBytes(StandardCharsets.UTF_8));
            case "other" -> send(exchange, 200, Map.of("choices", List.of()));
            case "babble" -> say(exchange, "I would rather talk about the weather.");
            case "redirect" -> {
                exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/v1/chat/completions");
                send(exchange, 307, Map.of());
            }
            case "slow" -> hang();
            case "huge" -> huge(exchange);
            default -> throw new IllegalStateException(mode);
        }
    }

    private static void answer(HttpExchange exchange, JsonNode body, boolean words) throws IOException {
        if (words) {
            JsonNode messages = body.path("messages");
            say(
                    exchange,
                    SimpleModel.answer(
                            messages.path(0).path("content").asText(),
                            messages.path(messages.size() - 1).path("content").asText()));
        } else {
            send(
                    exchange,
                    200,
                    Map.of(
                            "choices",
                            List.of(Map.of(
                                    "logprobs",
                                    SimpleModel.weigh(body.path("prompt").asText())))));
        }
    }

    private static void say(HttpExchange exchange, String content) throws IOException {
        send(
                exchange,
                200,
                Map.of(
                        "choices",
                        List.of(Map.of(
                                "finish_reason", "stop", "message", Map.of("role", "assistant", "content", content))),
                        "usage",
                        Map.of("prompt_tokens", 30, "completion_tokens", 10)));
    }

    private static void huge(HttpExchange exchange) throws IOException {
        byte[] chunk = new byte[1 << 14];
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int sent = 0; sent < HUGE; sent += chunk.length) {
                out.write(chunk);
                hugeBytes.addAndGet(chunk.length);
            }
        }
    }

    private static void hang() throws IOException {
        try {
            NEVER.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void send(HttpExchange exchange, int status, Object body) throws IOException {
        bytes(exchange, status, Json.bytes(body));
    }

    private static void bytes(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }
}
