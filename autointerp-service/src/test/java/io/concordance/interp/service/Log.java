package io.concordance.interp.service;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.json.Json;
import io.concordance.kit.event.Events;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Topics as the other services see them. */
final class Log {
    private final String servers;

    Log(String servers) {
        this.servers = servers;
    }

    void write(Event<?>... events) throws Exception {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers), new StringSerializer(), new ByteArraySerializer())) {
            for (Event<?> event : events) {
                ProducerRecord<String, byte[]> message =
                        new ProducerRecord<>(event.topic(), event.key(), Json.bytes(event.data()));
                Map.of(
                                "ce_specversion", "1.0",
                                "ce_id", event.id(),
                                "ce_source", event.source(),
                                "ce_type", event.type(),
                                "ce_time", event.time().toString(),
                                "content-type", "application/json")
                        .forEach((name, value) -> message.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
                producer.send(message).get();
            }
        }
    }

    /** Everything on the topic now. */
    <T> List<Event<T>> read(String topic, Class<T> type) {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                new LinkedHashMap<>(Map.of("bootstrap.servers", servers)),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<Event<T>> all = new ArrayList<>();
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                consumer.poll(Duration.ofMillis(100)).forEach(message -> all.add(Events.parse(message, type)));
            }
            return all;
        }
    }
}
