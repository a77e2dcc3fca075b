package io.concordance.capture.slice;

import io.concordance.capture.CaptureConfig;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.Models;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.transcript.TranscriptFiles;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.kit.store.StoredObject;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Carries a slice through: transcripts, model, shards, record. It can be killed anywhere and repeated any number of
 * times: shards are written once under keys that follow from job, hook and slice, and only the transaction that records
 * the slice states them.
 */
@ApplicationScoped
class SliceWorker {
    private static final Logger LOG = Logger.getLogger(SliceWorker.class);

    private final PostgresSliceRepository slices;
    private final Models models;
    private final TranscriptFiles transcripts;
    private final ObjectStore objects;
    private final MeterRegistry meters;
    private final int batchTokens;
    private final Patience patience = new Patience();

    SliceWorker(
            PostgresSliceRepository slices,
            Models models,
            TranscriptFiles transcripts,
            ObjectStore objects,
            MeterRegistry meters,
            CaptureConfig config) {
        this.slices = slices;
        this.models = models;
        this.transcripts = transcripts;
        this.objects = objects;
        this.meters = meters;
        this.batchTokens = config.slice().batchTokens();
    }

    void stop(@Observes ShutdownEvent event) {
        patience.stop();
    }

    /** Returns when nothing is left to do for the slice: it is recorded, its job has ended, or its job now failed. */
    void process(UUID job, int slice) {
        String name = "slice " + job + "/" + slice;
        SliceWork work = patience.until(name, () -> slices.begin(job, slice)).orElse(null);
        if (work == null) {
            LOG.warnf("%s: there is none", name);
            return;
        }
        if (work.done()) {
            return;
        }
        if (work.jobState().isFinal()) {
            discard(name, work);
            return;
        }
        try {
            SliceShards result = capture(name, work);
            boolean recorded = patience.until(name, () -> slices.finish(work, result));
            if (recorded) {
                meters.counter("concordance.capture.tokens").increment(result.tokens());
            } else {
                discard(name, work);
            }
        } catch (Patience.Stopped e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s fails", name);
            String problem = "slice " + slice + " of arm '" + work.arm().name() + "': " + e.getMessage();
            if (patience.until(name, () -> slices.fail(work, problem))) {
                discard(name, work);
            }
        }
    }

    private SliceShards capture(String name, SliceWork work) {
        List<Transcript> documents =
                patience.until(name, () -> transcripts.read(work.arm().transcripts(), work.fromByte(), work.toByte()));
        RegisteredModel model = patience.until(name, () -> models.find(work.model()))
                .orElseThrow(() -> new IllegalStateException("model " + work.model() + " is gone"));
        DType dtype = work.tensorType();
        List<SliceCapture> done = new ArrayList<>(1);
        patience.until(name, () -> {
            models.use(
                    model,
                    work.hooks(),
                    dtype,
                    loaded -> done.add(SliceCapture.run(loaded, dtype, documents, batchTokens)));
            return true;
        });
        SliceCapture capture = done.getFirst();
        List<ObjectRef> shards = new ArrayList<>();
        for (int h = 0; h < work.hooks().size(); h++) {
            HookPoint hook = work.hooks().get(h);
            byte[] bytes = capture.shard(h, hook.width(), dtype, work.header(hook));
            shards.add(patience.until(name, () -> store(work.key(hook), bytes)));
        }
        return new SliceShards(capture.tokens(), capture.truncated(), shards);
    }

    /** A key that already holds the same rows keeps its bytes: other processors round the last bit differently. */
    private ObjectRef store(String key, byte[] bytes) {
        StoredObject stored;
        try {
            stored = objects.putIfAbsent(key, bytes, "application/octet-stream");
        } catch (ObjectStoreException.Conflict conflict) {
            byte[] earlier = objects.get(key, bytes.length);
            if (!SliceCapture.sameRows(earlier, bytes)) {
                throw conflict;
            }
            stored = new StoredObject(key, Digests.sha256(earlier), earlier.length);
        }
        return new ObjectRef(objects.bucket(), stored.key(), stored.sha256(), stored.bytes());
    }

    /** Removes shards of a slice that no event will ever name. */
    private void discard(String name, SliceWork work) {
        for (HookPoint hook : work.hooks()) {
            try {
                objects.delete(work.key(hook));
            } catch (ObjectStoreException e) {
                LOG.warnf("%s: its shard at %s stays behind (%s)", name, hook.name(), e.getMessage());
            }
        }
    }
}
