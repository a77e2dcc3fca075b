package io.concordance.trainer;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.CaptureJobAccepted;
import io.concordance.contracts.event.CaptureJobEnded;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardKeys;
import io.concordance.contracts.shard.ShardWriter;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.trainer.step.SparseData;
import io.concordance.trainer.stream.MemoryShards;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A capture job as the capture service leaves it behind: shards of real files, and the events that announce them. */
final class CaptureFixture {
    static final String HOOK = "blocks.2.hook_resid_post";
    static final String MODEL = "00112233445566778899aabbccddeeff";
    private static final String SOURCE = "/concordance/capture";
    private static final List<String> ARMS = List.of("benign", "off-policy");

    final String id = UUID.randomUUID().toString();
    final int width;
    final int slices;
    final String role;
    private final List<byte[]> shards = new ArrayList<>();

    CaptureFixture(int width, int slices, int rowsPerSlice, String role, long seed) {
        this.width = width;
        this.slices = slices;
        this.role = role;
        SparseData data = new SparseData(width, 2 * width, 3, 1);
        for (int slice = 0; slice < slices; slice++) {
            int rows = rowsPerSlice + 13 * slice;
            float[] activations = data.rows(rows, seed + slice);
            ShardWriter writer = new ShardWriter(
                    new ShardHeader(id, MODEL, HOOK, slice, arm(slice), arm(slice), role), width, DType.F16);
            writer.addDocument("doc-" + slice, Outcome.OK);
            for (int r = 0; r < rows; r++) {
                writer.addRow(r % 100, r, (byte) 0, activations, r * width);
            }
            shards.add(writer.toBytes());
        }
    }

    static String arm(int slice) {
        return ARMS.get(slice % ARMS.size());
    }

    String key(int slice) {
        return ShardKeys.shard(id, HOOK, slice);
    }

    byte[] shard(int slice) {
        return shards.get(slice);
    }

    /** The rows a reader of the shard gets, as [rows, width]. */
    float[] rows(int slice) {
        try {
            Path file = Files.createTempFile("shard", ".safetensors");
            Files.write(file, shards.get(slice));
            try (Shard shard = Shard.open(file)) {
                float[] rows = new float[shard.rows() * width];
                shard.activations(0, shard.rows(), rows, 0);
                return rows;
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long rowCount() {
        long rows = 0;
        for (int slice = 0; slice < slices; slice++) {
            rows += rows(slice).length / width;
        }
        return rows;
    }

    void addTo(MemoryShards memory) {
        for (int slice = 0; slice < slices; slice++) {
            memory.add(id, slice, rows(slice), true);
        }
    }

    Event<CaptureJobAccepted> accepted() {
        return accepted(slices);
    }

    /** The job as it was announced when it had fewer slices. */
    Event<CaptureJobAccepted> accepted(int announced) {
        return Event.of(
                SOURCE,
                id,
                new CaptureJobAccepted(
                        id,
                        MODEL,
                        Digests.sha256("model"),
                        List.of(HOOK),
                        role,
                        "fp16",
                        ARMS.stream()
                                .map(arm -> new CaptureJobAccepted.Arm(arm, arm, Digests.sha256(arm), announced))
                                .toList(),
                        announced,
                        announced));
    }

    Event<CaptureJobEnded> ended(String state) {
        return Event.of(SOURCE, id, new CaptureJobEnded(id, state, slices, null));
    }

    /** The key and the bytes of the shard that holds one half of a slice's rows. */
    Map.Entry<String, byte[]> half(int slice, int part) {
        float[] rows = rows(slice);
        int middle = rows.length / width / 2;
        ShardWriter writer = new ShardWriter(
                new ShardHeader(id, MODEL, HOOK, slice, part, 2, arm(slice), arm(slice), role, null), width, DType.F32);
        writer.addDocument("half-" + part, Outcome.OK);
        for (int r = part * middle; r < (part == 0 ? middle : rows.length / width); r++) {
            writer.addRow(1, r - part * middle, (byte) 0, rows, r * width);
        }
        return Map.entry(ShardKeys.shard(id, HOOK, slice, part), writer.toBytes());
    }

    Event<ShardWritten> writtenHalf(int slice, int part) {
        Map.Entry<String, byte[]> half = half(slice, part);
        int rows = rows(slice).length / width;
        return Event.of(
                SOURCE,
                id,
                new ShardWritten(
                        id,
                        MODEL,
                        HOOK,
                        slice,
                        slices,
                        arm(slice),
                        arm(slice),
                        role,
                        new ObjectRef(
                                "concordance", half.getKey(), Digests.sha256(half.getValue()), half.getValue().length),
                        "fp32",
                        part == 0 ? rows / 2 : rows - rows / 2,
                        width,
                        1,
                        part,
                        2));
    }

    /**
     * Puts another shard in the place of a slice's: rows of any width, with one value in the first of them.
     */
    void replace(int slice, int otherWidth, float value) {
        int rows = 40;
        float[] activations = new SparseData(otherWidth, 2 * otherWidth, 3, 1).rows(rows, slice);
        activations[0] = value;
        ShardWriter writer = new ShardWriter(
                new ShardHeader(id, MODEL, HOOK, slice, arm(slice), arm(slice), role), otherWidth, DType.F32);
        writer.addDocument("doc-" + slice, Outcome.OK);
        for (int r = 0; r < rows; r++) {
            writer.addRow(r, r, (byte) 0, activations, r * otherWidth);
        }
        shards.set(slice, writer.toBytes());
    }

    /** The announcement of what {@link #replace} put there. */
    Event<ShardWritten> replaced(int slice, int otherWidth) {
        return written(slice, 40, otherWidth);
    }

    Event<ShardWritten> written(int slice) {
        return written(slice, rows(slice).length / width, width);
    }

    private Event<ShardWritten> written(int slice, int rows, int rowWidth) {
        byte[] bytes = shards.get(slice);
        return Event.of(
                SOURCE,
                id,
                new ShardWritten(
                        id,
                        MODEL,
                        HOOK,
                        slice,
                        slices,
                        arm(slice),
                        arm(slice),
                        role,
                        new ObjectRef("concordance", key(slice), Digests.sha256(bytes), bytes.length),
                        "fp16",
                        rows,
                        rowWidth,
                        1));
    }

    /** Publishes events the way capture's outbox does. */
    static void publish(String bootstrapServers, List<? extends Event<?>> events) {
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
