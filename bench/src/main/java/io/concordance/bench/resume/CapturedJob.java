package io.concordance.bench.resume;

import io.concordance.bench.PlantedRows;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.CaptureJobAccepted;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardKeys;
import io.concordance.contracts.shard.ShardWriter;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.kit.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A capture job as the capture service leaves it behind: shards in the store and the events that announce them. Every job
 * of a scale has the same rows.
 *
 * @param announcement of the job
 * @param shards announcements of its shards, in order
 */
record CapturedJob(String id, Event<CaptureJobAccepted> announcement, List<Event<ShardWritten>> shards) {
    static final String HOOK = "blocks.0.hook_resid_post";
    private static final String MODEL = "00112233445566778899aabbccddeeff";
    private static final String SOURCE = "/concordance/capture";
    private static final String ARM = "benign";
    private static final String ROLE = "learning";
    private static final String CONTENT_TYPE = "application/octet-stream";
    private static final int ACTIVE = 8;
    private static final int DOCUMENT = 128;
    private static final long SEED = 1;

    /** Writes the shards; they are durable when this returns. */
    static CapturedJob write(Scale scale, ObjectStore store) {
        String id = UUID.randomUUID().toString();
        float[][] rows = new PlantedRows(scale.width(), 2 * scale.features(), ACTIVE, SEED)
                .batches(scale.slices(), scale.rows());
        List<Event<ShardWritten>> shards = new ArrayList<>();
        for (int slice = 0; slice < scale.slices(); slice++) {
            byte[] bytes = shard(id, slice, rows[slice], scale);
            String key = ShardKeys.shard(id, HOOK, slice);
            store.putIfAbsent(key, bytes, CONTENT_TYPE);
            shards.add(Event.of(
                    SOURCE,
                    id,
                    new ShardWritten(
                            id,
                            MODEL,
                            HOOK,
                            slice,
                            scale.slices(),
                            ARM,
                            ARM,
                            ROLE,
                            new ObjectRef(store.bucket(), key, Digests.sha256(bytes), bytes.length),
                            "fp16",
                            scale.rows(),
                            scale.width(),
                            Math.ceilDiv(scale.rows(), DOCUMENT))));
        }
        CaptureJobAccepted accepted = new CaptureJobAccepted(
                id,
                MODEL,
                Digests.sha256(MODEL),
                List.of(HOOK),
                ROLE,
                "fp16",
                List.of(new CaptureJobAccepted.Arm(ARM, ARM, Digests.sha256(ARM), scale.slices())),
                scale.slices(),
                scale.slices());
        return new CapturedJob(id, Event.of(SOURCE, id, accepted), shards);
    }

    private static byte[] shard(String id, int slice, float[] rows, Scale scale) {
        ShardWriter writer =
                new ShardWriter(new ShardHeader(id, MODEL, HOOK, slice, ARM, ARM, ROLE), scale.width(), DType.F16);
        for (int r = 0; r < scale.rows(); r++) {
            if (r % DOCUMENT == 0) {
                writer.addDocument("doc-" + slice + "-" + r / DOCUMENT, Outcome.OK);
            }
            writer.addRow(r, r % DOCUMENT, (byte) 0, rows, r * scale.width());
        }
        return writer.toBytes();
    }
}
