package io.concordance.cli.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.concordance.cli.CommandFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiTest {
    private final List<String> keys = new ArrayList<>();
    private final List<String> bodies = new ArrayList<>();
    private HttpServer server;
    private int unavailable;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/ok", exchange -> {
            try (exchange) {
                keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
                bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                boolean away = unavailable-- > 0;
                byte[] body = "{\"id\": \"x\"}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(away ? 503 : 200, away ? -1 : body.length);
                if (!away) {
                    exchange.getResponseBody().write(body);
                }
            }
        });
        server.createContext("/v1/refused", exchange -> {
            try (exchange) {
                byte[] body = """
                        {"type": "urn:concordance:problem:invalid-field", "status": 400,
                         "detail": "arms[0].kind: given 'odd', expected one of benign, off-policy"}
                        """.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(400, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Api api() {
        return new Api(
                "a service",
                URI.create("http://localhost:" + server.getAddress().getPort()));
    }

    @Test
    void aRefusalIsOneLineThatNamesTheField() {
        assertThatThrownBy(() -> api().get("v1/refused"))
                .isInstanceOf(CommandFailure.class)
                .hasMessage("arms[0].kind: given 'odd', expected one of benign, off-policy");
    }

    @Test
    void whileAServiceRestartsARequestIsRepeatedUnderTheSameKey() {
        unavailable = 2;

        assertThat(api().post("v1/ok", Map.of("a", 1)).path("id").asText()).isEqualTo("x");

        assertThat(keys).hasSize(3).doesNotContainNull();
        assertThat(keys.stream().distinct()).hasSize(1);
    }

    @Test
    void aServiceThatStaysAwayIsNamed() {
        Api away = new Api("capture-service", URI.create("http://localhost:1"), Duration.ZERO);

        assertThatThrownBy(() -> away.get("v1/ok"))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("capture-service does not answer at http://localhost:1");
    }

    @Test
    void aFormHasItsFieldsAndFiles() throws IOException {
        Path file = Files.writeString(folder.resolve("model.onnx"), "bytes of a model");
        Multipart form = new Multipart().field("name", "organism").file("onnx", file);

        api().upload("v1/ok", form.contentType(), form::body);

        assertThat(bodies.getFirst())
                .contains("name=\"name\"\r\n\r\norganism\r\n")
                .contains("name=\"onnx\"; filename=\"onnx\"")
                .contains("\r\n\r\nbytes of a model\r\n--")
                .endsWith("--\r\n");
    }
}
