package io.concordance.cli.events;

import io.concordance.cli.rest.RunningPlatform;
import io.concordance.contracts.event.Topics;
import io.concordance.contracts.problem.FieldProblem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code concordance events}. */
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = "Print events as JSON lines, as any consumer outside the platform would read them.")
public final class EventsCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(500);

    @Mixin
    private RunningPlatform platform = new RunningPlatform();

    @Option(
            names = "--topic",
            paramLabel = "NAME",
            defaultValue = Topics.FEATURE_DISCOVERED,
            description = "The topic (default: ${DEFAULT-VALUE}).")
    private String topic = Topics.FEATURE_DISCOVERED;

    @Option(names = "--from-beginning", description = "Begin with the oldest event, not with the next one.")
    private boolean fromBeginning;

    @Option(names = "--max", paramLabel = "N", description = "End after N events (default: never).")
    private long max = Long.MAX_VALUE;

    @Override
    public Integer call() {
        List<String> known = Topics.all().stream().map(Topics.Topic::name).toList();
        if (!known.contains(topic)) {
            throw new FieldProblem("--topic", topic, "one of " + known);
        }
        if (max < 1) {
            throw new FieldProblem("--max", max, "at least 1");
        }
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, platform.kafka(),
                ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class,
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            if (fromBeginning) {
                consumer.seekToBeginning(partitions);
            } else {
                consumer.seekToEnd(partitions);
            }
            print(consumer);
        }
        return 0;
    }

    private void print(KafkaConsumer<String, byte[]> consumer) {
        long printed = 0;
        while (true) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                System.out.println(EventLine.of(record));
                if (++printed == max) {
                    return;
                }
            }
            System.out.flush();
        }
    }
}
