package io.concordance.capture;

import static org.awaitility.Awaitility.await;

import io.concordance.contracts.event.CaptureJobAccepted;
import io.concordance.contracts.event.CaptureJobEnded;
import io.concordance.contracts.event.Topics;
import io.concordance.kit.event.Events;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What was said of a job on Kafka. */
final class Announced {
    private Announced() {}

    static List<CaptureJobAccepted> accepted(String job, String bootstrapServers) {
        return all(Topics.CAPTURE_JOB_ACCEPTED, CaptureJobAccepted.class, bootstrapServers).stream()
                .filter(accepted -> accepted.jobId().equals(job))
                .toList();
    }

    static List<CaptureJobEnded> ends(String job, String bootstrapServers) {
        return all(Topics.CAPTURE_JOB_ENDED, CaptureJobEnded.class, bootstrapServers).stream()
                .filter(ended -> ended.jobId().equals(job))
                .toList();
    }

    /** Reads the whole topic, after everything that is on its way to it. */
    private static <T> List<T> all(String topic, Class<T> type, String bootstrapServers) {
        await().atMost(Duration.ofSeconds(30)).until(Traces::outboxIsEmpty);
        List<T> events = new ArrayList<>();
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.GROUP_ID_CONFIG,
                UUID.randomUUID().toString());
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> events.add(Events.parse(record, type).data()));
            }
        }
        return events;
    }
}
