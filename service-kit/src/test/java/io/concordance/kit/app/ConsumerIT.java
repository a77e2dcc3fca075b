package io.concordance.kit.app;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.concordance.contracts.event.Topics;
import io.concordance.contracts.json.Json;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.assertj.core.api.Assertions;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class ConsumerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String LETTERS = "/v1/dead-letters/";

    @Inject
    PostgresNotes notes;

    @Inject
    Jdbi jdbi;

    Platform platform;

    @Test
    void aRepeatedEventTakesEffectOnce() throws Exception {
        String job = UUID.randomUUID().toString();
        String id = UUID.randomUUID().toString();

        send(event(id, job));
        send(event(id, job));
        send(event(UUID.randomUUID().toString(), job));

        await().atMost(PATIENCE).until(() -> delivered(job) == 3 && notes.slicesSeen(job) == 2);
    }

    @Test
    void aRecordThatFailsForAWhileIsTriedUntilItSucceeds() throws Exception {
        String job = UUID.randomUUID().toString();
        SliceEvents.FAILURES.set(3);

        send(event(UUID.randomUUID().toString(), job));

        await().atMost(PATIENCE).until(() -> notes.slicesSeen(job) == 1);
        assertThat(delivered(job)).isEqualTo(4);
    }

    @Test
    void aRecordThatIsNoEventIsKeptAsideAndTheNextOneIsHandled() throws Exception {
        String key = UUID.randomUUID().toString();
        ProducerRecord<String, byte[]> noEvent =
                new ProducerRecord<>(Topics.CAPTURE_SLICES, 3, key, "nonsense".getBytes(StandardCharsets.UTF_8));
        ProducerRecord<String, byte[]> wrongBody = event(UUID.randomUUID().toString(), key, "{\"slice\":\"one\"}");

        send(noEvent);
        send(wrongBody);
        send(event(UUID.randomUUID().toString(), key));

        await().atMost(PATIENCE).until(() -> notes.slicesSeen(key) == 1);
        List<String> reasons = jdbi.withHandle(handle -> handle.createQuery(
                        "select reason from dead_letter where record_key = :key order by record_offset")
                .bind("key", key)
                .mapTo(String.class)
                .list());
        assertThat(reasons).hasSize(2);
        assertThat(reasons.get(0)).isEqualTo("ce_specversion: expected a CloudEvents header");
        assertThat(given().get("/q/metrics").asString())
                .contains("concordance_dead_letters_total{topic=\"" + Topics.CAPTURE_SLICES + "\"}");
        assertThat(reasons.get(1)).startsWith("value: given").endsWith("expected JSON of a SliceQueued");
    }

    @Test
    void aDeadLetterIsPublishedAgainAsItWasAndTakesEffectOnce() throws Exception {
        String job = UUID.randomUUID().toString();
        ProducerRecord<String, byte[]> message = event(UUID.randomUUID().toString(), job);
        SliceEvents.REFUSED.add(job);
        send(message);
        JsonPath letter = letterOf(job);
        assertThat(letter.getString("reason")).isEqualTo("jobId: given '" + job + "', expected a job that is known");
        assertThat(letter.getString("state")).isEqualTo("waiting");

        JsonPath opened = given().get(LETTERS + letter.getString("id")).jsonPath();
        assertThat(opened.getString("value")).isEqualTo(new String(message.value(), StandardCharsets.UTF_8));
        assertThat(opened.getString("headers.find { it.name == 'ce_type' }.value"))
                .isEqualTo("SliceQueued");

        SliceEvents.REFUSED.remove(job);
        for (int time = 0; time < 2; time++) {
            deal(letter, "replay", Map.of("by", time == 0 ? "ann" : "bob"))
                    .then()
                    .statusCode(200)
                    .body("state", equalTo("replayed"))
                    .body("endedBy", equalTo("ann"));
        }

        await().atMost(PATIENCE).until(() -> notes.slicesSeen(job) == 1);
        ConsumerRecord<String, byte[]> again = published(job).stream()
                .filter(found ->
                        found.partition() != letter.getInt("partition") || found.offset() != letter.getLong("offset"))
                .reduce((one, other) -> Assertions.fail("published twice"))
                .orElseThrow();
        assertThat(again.value()).isEqualTo(message.value());
        message.headers()
                .forEach(header -> assertThat(Log.header(again, header.key()))
                        .isEqualTo(new String(header.value(), StandardCharsets.UTF_8)));
        deal(letter, "discard", Map.of("reason", "too late")).then().statusCode(409);
    }

    @Test
    void whatIsNoEventCanOnlyBeDiscarded() throws Exception {
        String key = UUID.randomUUID().toString();
        send(new ProducerRecord<>(
                Topics.CAPTURE_SLICES, 3, key, "\u001b[2J\u202enonsense".getBytes(StandardCharsets.UTF_8)));
        JsonPath letter = letterOf(key);

        assertThat(given().get(LETTERS + letter.getString("id")).jsonPath().getString("value"))
                .isEqualTo("⟨001B⟩[2J⟨202E⟩nonsense");
        deal(letter, "replay", Map.of())
                .then()
                .statusCode(422)
                .body("detail", containsString("ce_specversion: expected a CloudEvents header"));
        deal(letter, "discard", Map.of()).then().statusCode(400).body("field", equalTo("reason"));
        deal(letter, "discard", Map.of("reason", "somebody's experiment"))
                .then()
                .statusCode(200)
                .body("state", equalTo("discarded"))
                .body("endedBy", equalTo("local"))
                .body("endedWhy", equalTo("somebody's experiment"));
        deal(letter, "replay", Map.of()).then().statusCode(409);
        assertThat(published(key)).hasSize(1);
        assertThat(letters("?state=waiting&limit=500")).noneMatch(item -> key.equals(item.get("key")));
        assertThat(letters("?state=discarded&limit=500")).anyMatch(item -> key.equals(item.get("key")));
    }

    @Test
    void textThatCannotBeStoredDoesNotStopTheChannel() throws Exception {
        String key = UUID.randomUUID().toString();

        send(event(UUID.randomUUID().toString(), key, "{\"jobId\":\"a\\u0000b\",\"slice\":0}"));
        send(event(UUID.randomUUID().toString(), key));

        await().atMost(PATIENCE).until(() -> notes.slicesSeen(key) == 1);
        assertThat(letterOf(key).getString("reason")).contains("0x00");
    }

    @Test
    void deadLettersArePagedNewestFirst() throws Exception {
        String key = UUID.randomUUID().toString();
        for (int i = 0; i < 3; i++) {
            send(new ProducerRecord<>(Topics.CAPTURE_SLICES, 3, key, new byte[] {(byte) ('0' + i)}));
        }
        await().atMost(PATIENCE)
                .until(() -> letters("?limit=500").stream()
                                .filter(item -> key.equals(item.get("key")))
                                .count()
                        == 3);

        List<Object> all =
                letters("?limit=500").stream().map(item -> item.get("id")).toList();
        List<Object> paged = new ArrayList<>();
        String cursor = "";
        while (cursor != null) {
            JsonPath page = given().get("/v1/dead-letters?limit=2" + cursor).jsonPath();
            paged.addAll(page.getList("items.id"));
            cursor = page.getString("next") == null ? null : "&cursor=" + page.getString("next");
        }

        assertThat(paged).isEqualTo(all);
        given().get("/v1/dead-letters?cursor=nowhere").then().statusCode(400).body("field", equalTo("cursor"));
        given().get("/v1/dead-letters?state=lost").then().statusCode(400).body("field", equalTo("state"));
        given().get(LETTERS + "nowhere:0:1").then().statusCode(404);
    }

    private static JsonPath letterOf(String key) {
        return JsonPath.from(await().atMost(PATIENCE)
                .until(
                        () -> letters("?limit=500").stream()
                                .filter(item -> key.equals(item.get("key")))
                                .findFirst()
                                .map(item -> new String(Json.bytes(item), StandardCharsets.UTF_8))
                                .orElse(""),
                        letter -> !letter.isEmpty()));
    }

    private static List<Map<String, Object>> letters(String query) {
        return given().get("/v1/dead-letters" + query).jsonPath().getList("items");
    }

    private static Response deal(JsonPath letter, String how, Map<String, String> body) {
        return given().contentType("application/json").body(body).post(LETTERS + letter.getString("id") + "/" + how);
    }

    private List<ConsumerRecord<String, byte[]>> published(String key) {
        return Log.read(platform.endpoints().kafka().bootstrapServers(), Topics.CAPTURE_SLICES).stream()
                .filter(message -> message.key().equals(key))
                .toList();
    }

    private static long delivered(String key) {
        return SliceEvents.DELIVERED.stream()
                .filter(message -> message.key().equals(key))
                .count();
    }

    private void send(ProducerRecord<String, byte[]> message) throws Exception {
        Log.write(platform.endpoints().kafka().bootstrapServers(), message);
    }

    private static ProducerRecord<String, byte[]> event(String id, String job) {
        return event(id, job, "{\"jobId\":\"" + job + "\",\"slice\":0,\"addedLater\":true}");
    }

    private static ProducerRecord<String, byte[]> event(String id, String key, String json) {
        ProducerRecord<String, byte[]> message =
                new ProducerRecord<>(Topics.CAPTURE_SLICES, 3, key, json.getBytes(StandardCharsets.UTF_8));
        List.of(
                        List.of("ce_specversion", "1.0"),
                        List.of("ce_id", id),
                        List.of("ce_source", "/concordance/elsewhere"),
                        List.of("ce_type", "SliceQueued"),
                        List.of("ce_time", "2026-01-02T03:04:05Z"),
                        List.of("content-type", "application/json"))
                .forEach(header -> message.headers()
                        .add(header.getFirst(), header.getLast().getBytes(StandardCharsets.UTF_8)));
        return message;
    }
}
