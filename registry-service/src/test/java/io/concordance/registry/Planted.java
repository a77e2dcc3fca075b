package io.concordance.registry;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureAttributed;
import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.contracts.json.Json;
import io.concordance.kit.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A dictionary in the object store and what the other services would say about it on Kafka. */
record Planted(String digest, Dictionary dictionary, String model) {
    static final int WIDTH = 8;
    static final int FEATURES = 6;
    static final String HOOK = "blocks.2.hook_resid_post";

    /** Stores a dictionary that no other seed makes. */
    static Planted store(ObjectStore store, long seed) {
        Random random = new Random(seed);
        float[] threshold = new float[FEATURES];
        for (int j = 0; j < FEATURES; j++) {
            threshold[j] = 0.25f + random.nextFloat();
        }
        Dictionary dictionary = new Dictionary(
                WIDTH,
                FEATURES,
                floats(random, FEATURES * WIDTH),
                floats(random, FEATURES),
                floats(random, FEATURES * WIDTH),
                floats(random, WIDTH),
                threshold,
                new DictionaryInfo("jumprelu", "batchtopk", 2, "organism", HOOK, seed, 1000, 2, 0.1));
        try {
            Path folder = Files.createTempDirectory("planted");
            String digest = DictionaryFiles.write(dictionary, folder);
            for (String file : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
                store.putIfAbsent(
                        "dictionaries/" + Digests.hex(digest) + "/" + file,
                        folder.resolve(file),
                        "application/octet-stream");
            }
            return new Planted(digest, dictionary, registerModel(seed));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String registerModel(long seed) {
        String onnx = Digests.sha256("onnx " + seed);
        String tokenizer = Digests.sha256("tokenizer " + seed);
        String id = Digests.hex(Digests.sha256(onnx + tokenizer)).substring(0, 32);
        PeersResource.ANSWERS.put(
                "/v1/models/" + id,
                "{\"id\":\"" + id + "\",\"name\":\"organism\",\"onnxDigest\":\"" + onnx + "\",\"tokenizerDigest\":\""
                        + tokenizer + "\",\"width\":8}");
        return id;
    }

    static float[] floats(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    String uid(int index) {
        return FeatureUids.of(digest, index);
    }

    Event<FeatureDiscovered> discovered(int index) {
        return event(
                digest,
                new FeatureDiscovered(
                        uid(index), digest, "run-1", model, HOOK, index, "new", 0.01 * (index + 1), 5000));
    }

    /** The same feature as that of another dictionary, or, with {@code change} retired, the end of it in this one. */
    Event<FeatureDiscovered> discovered(int index, String change, Planted other, double cosine) {
        return discovered(index, change, other, index, cosine);
    }

    /** As {@link #discovered(int, String, Planted, double)}, of what was at another index before. */
    Event<FeatureDiscovered> discovered(int index, String change, Planted other, int from, double cosine) {
        boolean retired = change.equals("retired");
        return event(
                digest,
                new FeatureDiscovered(
                        uid(index),
                        digest,
                        "run-1",
                        model,
                        HOOK,
                        index,
                        change,
                        retired ? 0 : 0.01,
                        5000,
                        2,
                        retired ? null : other.uid(from),
                        cosine,
                        0.8,
                        retired ? other.digest : null));
    }

    Event<FeatureExplained> explained(int index, String label) {
        return event(
                uid(index),
                new FeatureExplained(
                        uid(index),
                        digest,
                        index,
                        label,
                        "token-contrast",
                        "1",
                        "offline-statistics",
                        40,
                        new FeatureExplained.Score("detection", 0.9, 0.8, 0.96, 60, 0)));
    }

    /** Evidence of {@code caught} of 20 bad and {@code falseAlarms} of 400 ok calibration documents. */
    Event<FeatureAttributed> attributed(int index, String armKind, int caught, int falseAlarms, double threshold) {
        return event(
                uid(index),
                new FeatureAttributed(
                        uid(index),
                        digest,
                        index,
                        armKind,
                        armKind,
                        new Screen(30, 600, 28, 4, 5.1, 4.0, 6.2, 0.97, 0.93, 0.99, 1e-9, 1e-7),
                        new Calibration(threshold, 400, falseAlarms, 20, caught)));
    }

    private static <T> Event<T> event(String key, T data) {
        return Event.of("/concordance/test", key, data);
    }

    static void send(String bootstrapServers, List<? extends Event<?>> events) {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(), new ByteArraySerializer())) {
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
                producer.send(message);
            }
            producer.flush();
        }
    }
}
