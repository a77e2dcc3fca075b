package io.concordance.kit.event;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.EventType;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Reads CloudEvents (1.0, Kafka binding, binary mode) off Kafka records. */
public final class Events {
    private static final String JSON_OBJECT = "a JSON object in UTF-8";

    private Events() {}

    /**
     * Reads one event. Properties that {@code type} does not know are skipped, because event types grow by addition.
     *
     * @throws FieldProblem if a header is missing or wrong, or the value is not JSON of that type
     */
    public static <T> Event<T> parse(ConsumerRecord<String, byte[]> record, Class<T> type) {
        require("ce_specversion", header(record, "ce_specversion"), "1.0");
        require("ce_type", header(record, "ce_type"), EventType.of(type).typeName());
        return event(record, value -> data(value, type));
    }

    /**
     * Reads one event of whatever type, with its data as the JSON text that came.
     *
     * @throws FieldProblem if a header is missing or wrong, or the value is not a JSON object in UTF-8
     */
    public static Event<String> text(ConsumerRecord<String, byte[]> record) {
        require("ce_specversion", header(record, "ce_specversion"), "1.0");
        return event(record, Events::json);
    }

    private static <T> Event<T> event(ConsumerRecord<String, byte[]> record, Function<byte @Nullable [], T> readData) {
        String contentType = header(record, "content-type");
        if (!contentType.equals("application/json") && !contentType.startsWith("application/json;")) {
            throw new FieldProblem("content-type", contentType, "application/json");
        }
        String key = record.key();
        if (key == null || key.isEmpty()) {
            throw new FieldProblem("key", null, "the key that keeps the event's order");
        }
        return new Event<>(
                header(record, "ce_id"),
                header(record, "ce_source"),
                header(record, "ce_type"),
                storable("key", key),
                time(header(record, "ce_time")),
                readData.apply(record.value()));
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new FieldProblem("ce_time", text, "an ISO-8601 instant");
        }
    }

    private static <T> T data(byte @Nullable [] value, Class<T> type) {
        if (value == null) {
            throw new FieldProblem("value", null, "JSON of a " + type.getSimpleName());
        }
        ObjectReader reader = Json.mapper().readerFor(type).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        try {
            return reader.readValue(value);
        } catch (JacksonException e) {
            throw notOf(type, e.getOriginalMessage());
        } catch (IOException e) {
            throw notOf(type, e.getMessage());
        }
    }

    private static String json(byte @Nullable [] value) {
        if (value == null) {
            throw new FieldProblem("value", null, JSON_OBJECT);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
            if (!Json.mapper().readTree(text).isObject()) {
                throw new FieldProblem("value", text, JSON_OBJECT);
            }
            return text;
        } catch (CharacterCodingException | JacksonException e) {
            throw new FieldProblem("value", e.getMessage(), JSON_OBJECT);
        }
    }

    private static FieldProblem notOf(Class<?> type, @Nullable String found) {
        return new FieldProblem("value", found, "JSON of a " + type.getSimpleName());
    }

    private static void require(String name, String given, String allowed) {
        if (!given.equals(allowed)) {
            throw new FieldProblem(name, given, allowed);
        }
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        if (header == null || header.value() == null || header.value().length == 0) {
            throw new FieldProblem(name, null, "a CloudEvents header");
        }
        return storable(name, new String(header.value(), StandardCharsets.UTF_8));
    }

    /** Every key and header that is used is also kept in PostgreSQL. */
    private static String storable(String name, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new FieldProblem(name, text, "text without NUL");
        }
        return text;
    }
}
