package io.concordance.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.event.Topics;
import io.concordance.contracts.shard.Shard;
import io.concordance.kit.event.Events;
import io.concordance.kit.store.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The shards of a job as a downstream reader finds them: by the events on the topic. */
final class StoredShards {
    private final List<ShardWritten> events;
    private final Function<ObjectRef, Path> fetch;

    private StoredShards(List<ShardWritten> events, Function<ObjectRef, Path> fetch) {
        this.events = events;
        this.fetch = fetch;
    }

    static StoredShards of(String job, String bootstrapServers, ObjectStore objects, Path dir) {
        return of(job, bootstrapServers, object -> objects.fetch(object.key(), object.sha256(), dir));
    }

    /**
     * Reads the whole topic as it is now.
     *
     * @param fetch brings an object to disk
     */
    static StoredShards of(String job, String bootstrapServers, Function<ObjectRef, Path> fetch) {
        Map<String, ShardWritten> byId = new HashMap<>();
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.GROUP_ID_CONFIG,
                UUID.randomUUID().toString());
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.SHARD_WRITTEN).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    var event = Events.parse(record, ShardWritten.class);
                    if (event.data().jobId().equals(job)) {
                        byId.put(event.id(), event.data());
                    }
                });
            }
        }
        return new StoredShards(List.copyOf(byId.values()), fetch);
    }

    List<ShardWritten> events() {
        return events;
    }

    Shard open(ShardWritten event) {
        return Shard.open(fetch.apply(event.object()));
    }

    /** Positions seen of every document of an arm at a hook; fails when one is seen twice. */
    Map<String, BitSet> positions(String hook, String arm) {
        Map<String, BitSet> seen = new HashMap<>();
        Set<List<Integer>> slices = new HashSet<>();
        for (ShardWritten event : events) {
            if (!event.hook().equals(hook) || !event.arm().equals(arm)) {
                continue;
            }
            assertThat(slices.add(List.of(event.slice(), event.part())))
                    .as("one shard a part of a slice and hook")
                    .isTrue();
            try (Shard shard = open(event)) {
                assertThat((long) shard.rows()).isEqualTo(event.rows());
                assertThat(shard.documentIds()).hasSize(event.documents());
                int[] documents = shard.documents();
                int[] positions = shard.positions();
                for (int row = 0; row < shard.rows(); row++) {
                    BitSet positionsOf =
                            seen.computeIfAbsent(shard.documentIds().get(documents[row]), d -> new BitSet());
                    assertThat(positionsOf.get(positions[row]))
                            .as("a position once")
                            .isFalse();
                    positionsOf.set(positions[row]);
                }
                shard.documentIds().forEach(id -> seen.computeIfAbsent(id, d -> new BitSet()));
            }
        }
        return seen;
    }

    long rows() {
        return events.stream().mapToLong(ShardWritten::rows).sum();
    }

    /** The shard files' tensors by (slice, hook), without what names the job. */
    Map<String, List<Object>> tensors() {
        Map<String, List<Object>> tensors = new HashMap<>();
        for (ShardWritten event : events) {
            try (Shard shard = open(event)) {
                float[] values = new float[shard.rows() * shard.width()];
                shard.activations(0, shard.rows(), values, 0);
                List<Object> all = new ArrayList<>();
                all.add(shard.documentIds());
                all.add(java.util.Arrays.hashCode(values));
                all.add(java.util.Arrays.hashCode(shard.tokens()));
                all.add(java.util.Arrays.hashCode(shard.spans()));
                tensors.put(event.slice() + "." + event.part() + "@" + event.hook(), all);
            }
        }
        return tensors;
    }
}
