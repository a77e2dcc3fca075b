package io.concordance.cli.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A Kafka record that carries a CloudEvent (binary mode) as one line of JSON. */
final class EventLine {
    private EventLine() {}

    /** {@code {id, source, type, subject, time, data}}; data that is not JSON comes as a string. */
    static String of(ConsumerRecord<String, byte[]> record) {
        ObjectNode line = Json.mapper().createObjectNode();
        for (String name : new String[] {"id", "source", "type", "subject", "time"}) {
            Header header = record.headers().lastHeader("ce_" + name);
            if (header != null && header.value() != null) {
                line.put(name, new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        byte[] value = record.value();
        if (value != null) {
            line.set("data", data(value));
        }
        return line.toString();
    }

    private static JsonNode data(byte[] value) {
        try {
            return Json.mapper().readTree(value);
        } catch (IOException e) {
            return Json.mapper().getNodeFactory().textNode(new String(value, StandardCharsets.UTF_8));
        }
    }
}
