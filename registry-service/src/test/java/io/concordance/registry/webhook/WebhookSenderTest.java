package io.concordance.registry.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.SessionTerminationRecommended;
import io.concordance.contracts.json.Json;
import io.concordance.registry.sql.NoTransactions;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebhookSenderTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final Event<?> EVENT = Event.of(
            "/concordance/registry", "k", new SessionTerminationRecommended("m", "r", "k", 1, Map.of("any-high", 1L)));

    private record Received(String signature, byte[] body) {}

    private final List<Received> received = new ArrayList<>();
    private final Memory deliveries = new Memory();
    private final Ticking clock = new Ticking();
    private HttpServer server;
    private volatile int status = 200;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                received.add(new Received(
                        exchange.getRequestHeaders().getFirst(Signature.HEADER),
                        exchange.getRequestBody().readAllBytes()));
                exchange.getResponseHeaders().add("Location", "/elsewhere");
                exchange.sendResponseHeaders(status, -1);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void postsTheEventSignedWithTheSharedSecret() {
        WebhookSender sender = sender(host());
        sender.add(EVENT);
        assertThat(sender.sendOne()).isTrue();
        assertThat(sender.sendOne()).isFalse();
        Received only = received.getFirst();
        assertThat(only.signature()).isEqualTo(Signature.of(SECRET, clock.now.getEpochSecond(), only.body()));
        JsonNode json = Json.read(only.body(), JsonNode.class);
        assertThat(json.path("id").asText()).isEqualTo(EVENT.id());
        assertThat(json.path("type").asText()).isEqualTo("SessionTerminationRecommended");
        assertThat(json.path("data").path("firesByRule").path("any-high").asLong())
                .isEqualTo(1);
    }

    @Test
    void signsAsOthersDo() {
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        assertThat(Signature.of(SECRET, 1_700_000_000L, "{}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("t=1700000000,v1=417adf36b901772f658597a76d329694e335e65fc0849d7715c3ca33406309b5");
    }

    @Test
    void triesAgainTwiceAsLateAfterEveryFailureAndWithTheSameId() {
        WebhookSender sender = sender(host());
        sender.add(EVENT);
        for (int code : new int[] {500, 302, 404}) {
            status = code;
            assertThat(sender.sendOne()).isTrue();
            assertThat(sender.sendOne()).isFalse();
            clock.now = clock.now.plusSeconds(1L << received.size() - 1).minusMillis(1);
            assertThat(sender.sendOne()).isFalse();
            clock.now = clock.now.plusMillis(1);
        }
        status = 204;
        assertThat(sender.sendOne()).isTrue();
        assertThat(deliveries.rows).isEmpty();
        assertThat(received)
                .hasSize(4)
                .allMatch(r -> new String(r.body(), StandardCharsets.UTF_8).contains(EVENT.id()));
        assertThat(received.getLast().signature())
                .isNotEqualTo(received.getFirst().signature());
    }

    @Test
    void givesUpAfterADayAndKeepsTheReason() {
        WebhookSender sender = sender(host());
        sender.add(EVENT);
        status = 500;
        clock.now = clock.now.plus(Duration.ofHours(25));
        sender.sendOne();
        assertThat(sender.sendOne()).isFalse();
        assertThat(deliveries.givenUp).containsExactly("status 500");
    }

    @Test
    void neverSpeaksToAPrivateAddressThatTheOperatorDidNotName() {
        assertThatThrownBy(() -> sender("elsewhere.example"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("allowed-hosts");
        for (String address : List.of("https://127.0.0.1:%d/", "https://localhost:%d/", "https://[::1]:%d/")) {
            URI url = URI.create(String.format(address, server.getAddress().getPort()));
            try (WebhookPost post = new WebhookPost(url, SECRET, List.of(), clock)) {
                assertThatThrownBy(() -> post.post(new byte[2])).as(address).hasMessageContaining("private");
            }
        }
        assertThat(received).isEmpty();
        assertThatThrownBy(() -> new WebhookPost(URI.create("https://example.com"), "short", List.of(), clock))
                .hasMessageContaining("32 characters");
    }

    private String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private WebhookSender sender(String allowed) {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
        return new WebhookSender(deliveries, new NoTransactions(), new Settings(url, allowed), clock);
    }

    private record Settings(URI address, String host) implements WebhookSettings {
        @Override
        public Optional<URI> url() {
            return Optional.of(address);
        }

        @Override
        public Optional<String> secret() {
            return Optional.of(SECRET);
        }

        @Override
        public Optional<List<String>> allowedHosts() {
            return Optional.of(List.of(host));
        }

        @Override
        public Duration firstWait() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration longestWait() {
            return Duration.ofHours(1);
        }

        @Override
        public Duration patience() {
            return Duration.ofHours(24);
        }
    }

    private static final class Memory implements Deliveries {
        private record Row(Delivery delivery, Instant dueAt) {}

        private final Map<Long, Row> rows = new TreeMap<>();
        private final List<String> givenUp = new ArrayList<>();

        @Override
        public void add(String event, Instant now) {
            rows.put(rows.size() + 1L, new Row(new Delivery(rows.size() + 1L, event, now, 0), now));
        }

        @Override
        public Optional<Delivery> lockDue(Instant now) {
            return rows.values().stream()
                    .filter(row -> !row.dueAt.isAfter(now))
                    .min(Comparator.comparing(Row::dueAt))
                    .map(Row::delivery);
        }

        @Override
        public void taken(long id) {
            rows.remove(id);
        }

        @Override
        public void again(long id, String problem, Instant dueAt) {
            rows.computeIfPresent(
                    id,
                    (key, row) -> new Row(
                            new Delivery(id, row.delivery.event(), row.delivery.addedAt(), row.delivery.attempts() + 1),
                            dueAt));
        }

        @Override
        public void giveUp(long id, String problem) {
            rows.remove(id);
            givenUp.add(problem);
        }
    }

    private static final class Ticking extends Clock {
        private Instant now = Instant.parse("2026-01-02T03:04:05Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
