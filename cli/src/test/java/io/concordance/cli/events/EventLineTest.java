package io.concordance.cli.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class EventLineTest {

    @Test
    void aCloudEventIsOneLineOfJson() throws Exception {
        ConsumerRecord<String, byte[]> event = record("{\"index\": 7}");
        header(event, "ce_specversion", "1.0");
        header(event, "ce_id", "1");
        header(event, "ce_source", "/concordance/trainer");
        header(event, "ce_type", "FeatureDiscovered");
        header(event, "ce_subject", "sha256:d");
        header(event, "ce_time", "2026-01-01T00:00:00Z");

        String line = EventLine.of(event);

        assertThat(line).hasLineCount(1);
        assertThat(Json.mapper().readTree(line)).isEqualTo(Json.mapper().readTree("""
                {"id": "1", "source": "/concordance/trainer", "type": "FeatureDiscovered", "subject": "sha256:d",
                 "time": "2026-01-01T00:00:00Z", "data": {"index": 7}}
                """));
    }

    @Test
    void whatIsNoJsonIsShownAsText() {
        assertThat(EventLine.of(record("not json"))).isEqualTo("{\"data\":\"not json\"}");
    }

    private static ConsumerRecord<String, byte[]> record(String value) {
        return new ConsumerRecord<>("topic", 0, 0, "key", value.getBytes(StandardCharsets.UTF_8));
    }

    private static void header(ConsumerRecord<String, byte[]> event, String name, String value) {
        event.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
