package io.concordance.cli.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.concordance.cli.CommandFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressStreamTest {
    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> resumedFrom = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI serve(Answer answer) {
        server.createContext("/events", exchange -> {
            resumedFrom.add(exchange.getRequestHeaders().getFirst("Last-Event-ID"));
            try (exchange) {
                answer.to(exchange, connections.incrementAndGet());
            }
        });
        server.start();
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/events");
    }

    private interface Answer {
        void to(HttpExchange exchange, int connection) throws IOException;
    }

    private static void send(HttpExchange exchange, String text) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String event(int id, String json) {
        return "id: " + id + "\nevent: progress\ndata: " + json + "\n\n";
    }

    @Test
    void readsValuesUntilTheLastOne() {
        URI address = serve((exchange, connection) ->
                send(exchange, ":\n\n" + event(1, "{\"n\": 1}") + event(2, "{\"n\": 2}") + event(3, "{\"n\": 3}")));

        assertThat(follow(address, 2)).containsExactly(1, 2);
        assertThat(connections).hasValue(1);
    }

    @Test
    void connectsAgainAfterADropAndSaysWhereItWas() {
        URI address = serve((exchange, connection) ->
                send(exchange, event(connection, "{\"n\": " + connection + "}") + "id: 9\ndata: {\"n\""));

        assertThat(follow(address, 3)).containsExactly(1, 2, 3);
        assertThat(resumedFrom).hasSize(3).first().isNull();
        assertThat(resumedFrom.getLast()).isEqualTo("9");
    }

    @Test
    void waitsForAServiceThatRestarts() {
        URI address = serve((exchange, connection) -> {
            if (connection < 3) {
                exchange.sendResponseHeaders(503, -1);
            } else {
                send(exchange, event(1, "{\"n\": 1}"));
            }
        });

        assertThat(follow(address, 1)).containsExactly(1);
    }

    @Test
    void givesUpOnAnAddressThatIsNotServed() {
        URI address = serve((exchange, connection) -> exchange.sendResponseHeaders(404, -1));

        assertThatThrownBy(() -> follow(address, 1))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("404");
    }

    @Test
    void givesUpOnAServiceThatStaysAway() {
        URI address = serve((exchange, connection) -> exchange.sendResponseHeaders(503, -1));

        assertThatThrownBy(() -> new ProgressStream(address, Duration.ZERO).follow(value -> {}, value -> true))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("does not answer");
    }

    private static List<Integer> follow(URI address, int last) {
        List<Integer> seen = new ArrayList<>();
        JsonNode end = new ProgressStream(address, Duration.ofSeconds(30))
                .follow(
                        value -> seen.add(value.path("n").asInt()),
                        value -> value.path("n").asInt() == last);
        assertThat(end.path("n").asInt()).isEqualTo(last);
        return seen;
    }
}
