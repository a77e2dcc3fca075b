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
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
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

    /**
     * Returns when nothing is left to do for the slice: it is recorded, its job has ended, or its job now failed. Throws
     * when the database, the object store or the disk is away; the slice is as before then.
     */
    void process(UUID job, int slice) {
        SliceWork work = slices.begin(job, slice).orElse(null);
        if (work == null) {
            LOG.warnf("There is no slice %s/%d", job, slice);
            return;
        }
        if (work.done()) {
            return;
        }
        if (work.jobState().isFinal()) {
            discard(work);
            return;
        }
        RegisteredModel model =
                models.find(work.model()).orElseThrow(() -> new IllegalStateException("no model " + work.model()));
        SliceShards result;
        try {
            result = capture(work, model);
        } catch (RuntimeException e) {
            if (isPassing(e)) {
                throw e;
            }
            fail(work, e);
            return;
        }
        if (slices.finish(work, result)) {
            meters.counter("concordance.capture.tokens").increment(result.tokens());
        } else {
            discard(work);
        }
    }

    /** What another try may mend. Anything else comes from the slice itself and would come again. */
    private static boolean isPassing(RuntimeException e) {
        return e.getClass() == ObjectStoreException.class || e instanceof UncheckedIOException;
    }

    private void fail(SliceWork work, RuntimeException cause) {
        LOG.errorf(cause, "Slice %s/%d fails its job", work.job(), work.slice());
        String problem = "slice " + work.slice() + " of arm '" + work.arm().name() + "': " + cause.getMessage();
        if (slices.fail(work, problem)) {
            discard(work);
        }
    }

    private SliceShards capture(SliceWork work, RegisteredModel model) {
        DType dtype = work.tensorType();
        List<Transcript> documents = transcripts.read(work.arm().transcripts(), work.fromByte(), work.toByte());
        SliceCapture capture = models.use(
                model, work.hooks(), dtype, loaded -> SliceCapture.run(loaded, dtype, documents, batchTokens));
        List<ObjectRef> shards = new ArrayList<>();
        for (int h = 0; h < work.hooks().size(); h++) {
            HookPoint hook = work.hooks().get(h);
            shards.add(store(work.key(hook), capture.shard(h, hook.width(), dtype, work.header(hook))));
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
    private void discard(SliceWork work) {
        work.hooks().forEach(hook -> objects.delete(work.key(hook)));
    }
}
