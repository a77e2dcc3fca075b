package io.concordance.kit.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.concordance.contracts.event.Topics;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class ConsumerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

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
        assertThat(reasons.get(1)).startsWith("value: given").endsWith("expected JSON of a SliceQueued");
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
