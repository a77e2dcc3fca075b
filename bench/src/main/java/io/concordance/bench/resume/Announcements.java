package io.concordance.bench.resume;

import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.Topics;
import io.concordance.contracts.json.Json;
import io.concordance.kit.event.Events;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The topics between capture and training. */
final class Announcements implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final String bootstrapServers;
    private final KafkaProducer<String, byte[]> producer;

    Announcements(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(), new ByteArraySerializer());
    }

    /** Publishes in this order, as often as an event is in the list; returns when the broker has them. */
    void publish(List<? extends Event<?>> events) throws IOException, InterruptedException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
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
            sent.add(producer.send(message));
        }
        for (Future<RecordMetadata> message : sent) {
            try {
                message.get();
            } catch (ExecutionException e) {
                throw new IOException("an announcement is not taken: " + e.getCause(), e);
            }
        }
    }

    /** Where the final state of every run that completed lies, by the run. */
    Map<String, ObjectRef> completed() {
        Map<String, ObjectRef> states = new HashMap<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.DICTIONARY_CHECKPOINTED).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(POLL).forEach(message -> {
                    DictionaryCheckpointed checkpointed =
                            Events.parse(message, DictionaryCheckpointed.class).data();
                    if (checkpointed.complete()) {
                        states.put(checkpointed.runId(), checkpointed.checkpoint());
                    }
                });
            }
        }
        return states;
    }

    @Override
    public void close() {
        producer.close();
    }
}
