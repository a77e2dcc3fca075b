package io.concordance.kit.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.event.SliceQueued;
import io.concordance.contracts.problem.FieldProblem;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventsTest {
    private static final String JSON = "{\"jobId\":\"job\",\"slice\":3}";

    @Test
    void anEventIsReadWithItsEnvelope() {
        assertThat(Events.parse(message(JSON), SliceQueued.class))
                .isEqualTo(new Event<>(
                        "id-1",
                        "/concordance/capture",
                        "SliceQueued",
                        "key",
                        Instant.parse("2026-01-02T03:04:05Z"),
                        new SliceQueued("job", 3)));
    }

    @Test
    void aFieldThatWasAddedLaterIsSkipped() {
        Event<SliceQueued> event =
                Events.parse(message("{\"jobId\":\"job\",\"slice\":3,\"priority\":1}"), SliceQueued.class);

        assertThat(event.data()).isEqualTo(new SliceQueued("job", 3));
    }

    @Test
    void aContentTypeMayNameItsCharset() {
        assertThat(Events.parse(with("content-type", "application/json; charset=UTF-8"), SliceQueued.class))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type"})
    void aMissingHeaderIsNamed(String header) {
        ConsumerRecord<String, byte[]> message = message(JSON);
        message.headers().remove(header);

        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Events.parse(message, SliceQueued.class))
                .satisfies(problem -> assertThat(problem.field()).isEqualTo(header));
    }

    @ParameterizedTest
    @CsvSource({"ce_specversion, 0.3", "ce_time, yesterday", "content-type, text/plain", "ce_type, ShardWritten"})
    void aWrongHeaderIsNamedWithWhatItHeld(String header, String value) {
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Events.parse(with(header, value), SliceQueued.class))
                .satisfies(problem -> {
                    assertThat(problem.field()).isEqualTo(header);
                    assertThat(problem.given()).isEqualTo(value);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "[]", "{\"jobId\":\"job\",\"slice\":\"3\"}", "{\"jobId\":\"job\"}"})
    void aValueThatIsNotTheDataIsRefused(String json) {
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Events.parse(message(json), SliceQueued.class))
                .satisfies(problem -> assertThat(problem.field()).isEqualTo("value"));
    }

    @Test
    void anEventOfAnotherTypeIsRefused() {
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Events.parse(message(JSON), ShardWritten.class))
                .withMessageContaining("SliceQueued")
                .withMessageContaining("ShardWritten");
    }

    @Test
    void aRecordWithoutKeyOrValueIsRefused() {
        ConsumerRecord<String, byte[]> keyless = new ConsumerRecord<>("topic", 0, 0, null, bytes(JSON));
        message(JSON).headers().forEach(keyless.headers()::add);
        ConsumerRecord<String, byte[]> tombstone = new ConsumerRecord<>("topic", 0, 0, "key", null);
        message(JSON).headers().forEach(tombstone.headers()::add);

        assertThatExceptionOfType(FieldProblem.class).isThrownBy(() -> Events.parse(keyless, SliceQueued.class));
        assertThatExceptionOfType(FieldProblem.class).isThrownBy(() -> Events.parse(tombstone, SliceQueued.class));
    }

    @Test
    void anEventOfAnyTypeIsReadWithItsDataAsItCame() {
        String spaced = "{ \"jobId\" : \"job\", \"slice\": 3.0e0 }";

        Event<String> event = Events.text(message(spaced));

        assertThat(event.id()).isEqualTo("id-1");
        assertThat(event.data()).isEqualTo(spaced);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "[]", "{\"jobId\":"})
    void whatIsNoJsonObjectIsNoEvent(String json) {
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Events.text(message(json)))
                .satisfies(problem -> assertThat(problem.field()).isEqualTo("value"));
    }

    @Test
    void aValueThatIsNotUtf8IsNoEvent() {
        ConsumerRecord<String, byte[]> latin =
                new ConsumerRecord<>("topic", 0, 0, "key", "{\"a\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1));
        message(JSON).headers().forEach(latin.headers()::add);

        assertThatExceptionOfType(FieldProblem.class).isThrownBy(() -> Events.text(latin));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ce_id", "ce_source"})
    void aHeaderThatCannotBeKeptIsRefused(String header) {
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Events.parse(with(header, "a\0b"), SliceQueued.class))
                .satisfies(problem -> assertThat(problem.field()).isEqualTo(header));
    }

    private static ConsumerRecord<String, byte[]> with(String header, String value) {
        ConsumerRecord<String, byte[]> message = message(JSON);
        message.headers().remove(header).add(header, bytes(value));
        return message;
    }

    private static ConsumerRecord<String, byte[]> message(String json) {
        ConsumerRecord<String, byte[]> message = new ConsumerRecord<>("topic", 0, 0, "key", bytes(json));
        message.headers()
                .add("ce_specversion", bytes("1.0"))
                .add("ce_id", bytes("id-1"))
                .add("ce_source", bytes("/concordance/capture"))
                .add("ce_type", bytes("SliceQueued"))
                .add("ce_time", bytes("2026-01-02T03:04:05Z"))
                .add("content-type", bytes("application/json"));
        return message;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
