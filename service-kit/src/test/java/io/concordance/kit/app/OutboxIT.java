package io.concordance.kit.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.SliceQueued;
import io.concordance.contracts.event.Topics;
import io.concordance.kit.event.Events;
import io.concordance.kit.outbox.Outbox;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class OutboxIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String DELETING = "where wait_event_type = 'Lock' and query like 'delete from outbox%'";

    @Inject
    Jdbi jdbi;

    @Inject
    Outbox outbox;

    Platform platform;

    @Test
    void anEventOfACommittedTransactionIsPublishedWithItsIdKeyAndHeaders() {
        String key = UUID.randomUUID().toString();
        Event<SliceQueued> event = new Event<>(
                UUID.randomUUID().toString(),
                "/concordance/kit",
                "SliceQueued",
                key,
                Instant.parse("2026-01-02T03:04:05.678Z"),
                new SliceQueued("job", 7));

        jdbi.useTransaction(handle -> outbox.add(handle, event));

        await().atMost(PATIENCE).until(() -> published(key).size() == 1);
        ConsumerRecord<String, byte[]> message = published(key).getFirst();
        assertThat(new String(message.value())).isEqualTo("{\"jobId\":\"job\",\"slice\":7}");
        assertThat(Log.header(message, "ce_specversion")).isEqualTo("1.0");
        assertThat(Log.header(message, "ce_id")).isEqualTo(event.id());
        assertThat(Log.header(message, "ce_source")).isEqualTo("/concordance/kit");
        assertThat(Log.header(message, "ce_type")).isEqualTo("SliceQueued");
        assertThat(Log.header(message, "ce_subject")).isEqualTo(key);
        assertThat(Log.header(message, "ce_time")).isEqualTo("2026-01-02T03:04:05.678Z");
        assertThat(Log.header(message, "content-type")).isEqualTo("application/json");
        assertThat(Events.parse(message, SliceQueued.class)).isEqualTo(event);
        await().atMost(PATIENCE).until(() -> waiting() == 0);
    }

    @Test
    void anEventOfARolledBackTransactionIsNeverPublished() {
        String lost = UUID.randomUUID().toString();
        String kept = UUID.randomUUID().toString();

        jdbi.useTransaction(handle -> {
            outbox.add(handle, Event.of("/concordance/kit", lost, new SliceQueued(lost, 0)));
            handle.rollback();
        });
        jdbi.useTransaction(handle -> outbox.add(handle, Event.of("/concordance/kit", kept, new SliceQueued(kept, 0))));

        await().atMost(PATIENCE).until(() -> published(kept).size() == 1 && waiting() == 0);
        assertThat(published(lost)).isEmpty();
    }

    @Test
    void eventsOfOneKeyKeepTheirOrderOverManyBatches() {
        String key = UUID.randomUUID().toString();
        for (int batch = 0; batch < 20; batch++) {
            int first = batch * 50;
            jdbi.useTransaction(handle -> IntStream.range(first, first + 50)
                    .forEach(slice ->
                            outbox.add(handle, Event.of("/concordance/kit", key, new SliceQueued(key, slice)))));
        }

        await().atMost(PATIENCE).until(() -> published(key).size() >= 1000);
        assertThat(slices(key)).isEqualTo(IntStream.range(0, 1000).boxed().toList());
    }

    @Test
    void eventsCommittedWhileKafkaIsAwayArriveInOrderOnceItIsBack() throws IOException {
        String key = UUID.randomUUID().toString();
        await().atMost(PATIENCE).until(() -> waiting() == 0);
        platform.killKafkaAndObjectStore();
        try {
            for (int slice = 0; slice < 10; slice++) {
                Event<SliceQueued> event = Event.of("/concordance/kit", key, new SliceQueued(key, slice));
                jdbi.useTransaction(handle -> outbox.add(handle, event));
            }
            assertThat(waiting()).isEqualTo(10);
        } finally {
            platform.startAgain();
        }

        await().atMost(PATIENCE).ignoreExceptions().until(() -> waiting() == 0);
        assertThat(slices(key).stream().distinct().toList())
                .isEqualTo(IntStream.range(0, 10).boxed().toList());
    }

    @Test
    void aRelayThatDiesBetweenAcknowledgementAndDeletionRepeatsTheEventUnderTheSameId() {
        String key = UUID.randomUUID().toString();
        Event<SliceQueued> event = Event.of("/concordance/kit", key, new SliceQueued(key, 0));
        try (Handle relaysPlace = jdbi.open();
                Handle rowKeeper = jdbi.open()) {
            relaysPlace.execute("select pg_advisory_lock(hashtextextended(current_schema() || '.outbox', 0))");
            jdbi.useTransaction(handle -> outbox.add(handle, event));
            rowKeeper.begin();
            rowKeeper.execute("select 1 from outbox where event_id = ? for update", event.id());
            relaysPlace.execute("select pg_advisory_unlock_all()");

            // The relay now waits for the row it wants to delete.
            await().atMost(PATIENCE).until(() -> deletingRelays() == 1);
            assertThat(published(key)).hasSize(1);
            jdbi.useHandle(
                    handle -> handle.execute("select pg_terminate_backend(pid) from pg_stat_activity " + DELETING));
            rowKeeper.rollback();
        }

        await().atMost(PATIENCE).until(() -> waiting() == 0);
        assertThat(published(key))
                .hasSize(2)
                .allSatisfy(message ->
                        assertThat(Events.parse(message, SliceQueued.class)).isEqualTo(event));
    }

    @Test
    void onlyOneRelayPublishesAtATime() {
        String key = UUID.randomUUID().toString();
        try (Handle otherRelay = jdbi.open()) {
            otherRelay.execute("select pg_advisory_lock(hashtextextended(current_schema() || '.outbox', 0))");
            jdbi.useTransaction(
                    handle -> outbox.add(handle, Event.of("/concordance/kit", key, new SliceQueued(key, 0))));

            await().during(Duration.ofMillis(500)).until(() -> published(key).isEmpty());
            otherRelay.execute("select pg_advisory_unlock_all()");
        }
        await().atMost(PATIENCE).until(() -> published(key).size() == 1);
    }

    @Test
    void anEventThatKafkaWouldRefuseIsRefusedAtTheDoor() {
        Event<SliceQueued> big = Event.of("/concordance/kit", "key", new SliceQueued("x".repeat(1 << 20), 0));
        Event<SliceQueued> keyless = Event.of("/concordance/kit", "", new SliceQueued("job", 0));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> jdbi.useTransaction(handle -> outbox.add(handle, big)))
                .withMessageContaining("allowed 921600");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> jdbi.useTransaction(handle -> outbox.add(handle, keyless)))
                .withMessageContaining("SliceQueued key");
    }

    @Test
    void anEventOutsideATransactionIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> jdbi.useHandle(
                        handle -> outbox.add(handle, Event.of("/concordance/kit", "key", new SliceQueued("job", 0)))));
    }

    private List<Integer> slices(String key) {
        return published(key).stream()
                .map(message -> Events.parse(message, SliceQueued.class).data().slice())
                .toList();
    }

    private List<ConsumerRecord<String, byte[]>> published(String key) {
        return Log.read(platform.endpoints().kafka().bootstrapServers(), Topics.CAPTURE_SLICES).stream()
                .filter(message -> message.key().equals(key))
                .toList();
    }

    private int deletingRelays() {
        return jdbi.withHandle(handle -> handle.createQuery("select count(*) from pg_stat_activity " + DELETING)
                .mapTo(Integer.class)
                .one());
    }

    private int waiting() {
        return jdbi.withHandle(handle -> handle.createQuery("select count(*) from outbox")
                .mapTo(Integer.class)
                .one());
    }
}
