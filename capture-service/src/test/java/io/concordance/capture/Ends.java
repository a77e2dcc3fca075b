package io.concordance.capture;

import static org.awaitility.Awaitility.await;

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

/** The ends of a job as they were announced. */
final class Ends {
    private Ends() {}

    /** Reads the whole topic, after everything that is on its way to it. */
    static List<CaptureJobEnded> of(String job, String bootstrapServers) {
        await().atMost(Duration.ofSeconds(30)).until(Traces::outboxIsEmpty);
        List<CaptureJobEnded> ends = new ArrayList<>();
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.GROUP_ID_CONFIG,
                UUID.randomUUID().toString());
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(Topics.CAPTURE_JOB_ENDED, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    CaptureJobEnded ended =
                            Events.parse(record, CaptureJobEnded.class).data();
                    if (ended.jobId().equals(job)) {
                        ends.add(ended);
                    }
                });
            }
        }
        return ends;
    }
}
