package io.concordance.bench.pages;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureAttributed;
import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A dictionary as the registry hears of it: every feature announced and labelled, one in twenty with evidence, of which one
 * in five is of grade E1.
 */
record WideDictionary(int features) {
    private static final String HOOK = "blocks.2.hook_resid_post";
    private static final String MODEL = "0".repeat(32);
    private static final String RUN = "00000000-0000-0000-0000-000000000000";
    private static final int WITH_EVIDENCE = 20;
    private static final int GRADED = 100;

    String digest() {
        return Digests.sha256("a dictionary of " + features + " features");
    }

    String uid(int index) {
        return FeatureUids.of(digest(), index);
    }

    /** Sends everything; returns when the broker has it. */
    void announce(String bootstrapServers) {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(), new ByteArraySerializer())) {
            IntStream.range(0, features)
                    .forEach(index -> events(index).forEach(event -> producer.send(message(event))));
            producer.flush();
        }
    }

    private List<Event<?>> events(int index) {
        Event<?> discovered = Event.of(
                "/concordance/bench",
                digest(),
                new FeatureDiscovered(uid(index), digest(), RUN, MODEL, HOOK, index, "new", 1e-3, 1_000_000));
        Event<?> explained = Event.of(
                "/concordance/bench",
                uid(index),
                new FeatureExplained(
                        uid(index),
                        digest(),
                        index,
                        "fires on token `" + index + "` when the text before contains `deploy`",
                        "token-contrast",
                        "1",
                        "offline-statistics",
                        40,
                        new FeatureExplained.Score("detection", 0.9, 0.8, 0.96, 60, 0)));
        if (index % WITH_EVIDENCE != 0) {
            return List.of(discovered, explained);
        }
        boolean graded = index % GRADED == 0;
        return List.of(
                discovered,
                explained,
                Event.of(
                        "/concordance/bench",
                        uid(index),
                        new FeatureAttributed(
                                uid(index),
                                digest(),
                                index,
                                "off-policy",
                                "off-policy",
                                new Screen(30, 600, 28, 4, 5.1, 4.0, 6.2, 0.97, 0.93, 0.99, 1e-9, graded ? 1e-7 : 0.5),
                                new Calibration(0.5, 400, 0, 20, 15 + index % 5))));
    }

    private static ProducerRecord<String, byte[]> message(Event<?> event) {
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
        return message;
    }
}
