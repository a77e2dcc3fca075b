package io.concordance.capture.slice;

import io.concordance.capture.CaptureConfig;
import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.Models;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Carries a slice through: transcripts, model, shards, record. It can be killed anywhere and repeated any number of
 * times: shards are written once under keys that follow from job, hook, slice and part, and only the transaction that records
 * the slice states them.
 */
@ApplicationScoped
class SliceWorker {
    private static final Logger LOG = Logger.getLogger(SliceWorker.class);

    private static final int KEYS_AT_ONCE = 1000;

    private final PostgresSliceRepository slices;
    private final Models models;
    private final SliceTexts texts;
    private final SliceInterventions interventions;
    private final ObjectStore objects;
    private final MeterRegistry meters;
    private final SliceCapture capture;

    SliceWorker(
            PostgresSliceRepository slices,
            Models models,
            SliceTexts texts,
            SliceInterventions interventions,
            ObjectStore objects,
            MeterRegistry meters,
            CaptureConfig config) {
        this.slices = slices;
        this.models = models;
        this.texts = texts;
        this.interventions = interventions;
        this.objects = objects;
        this.meters = meters;
        this.capture = new SliceCapture(
                objects,
                new SliceCapture.Settings(
                        config.workers(),
                        config.slice().batchTokens(),
                        config.slice().partBytes(),
                        config.slice().documentBytes()));
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
        if (finish(work, result)) {
            meters.counter("concordance.capture.tokens").increment(result.tokens());
        } else {
            discard(work);
        }
    }

    /** The last slice of an arm that wrote also makes one file of everything the arm wrote. */
    private boolean finish(SliceWork work, SliceShards result) {
        String file = null;
        while (true) {
            switch (slices.finish(work, result, file)) {
                case DONE -> {
                    return true;
                }
                case ENDED -> {
                    return false;
                }
                case LAST_OF_ITS_ARM -> file = texts.file(work, slices.ofSameArm(work));
            }
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
        ArmEdits edits = interventions.edits(work, model);
        SliceTexts.Texts read = texts.captured(work, model, edits);
        ArmEdits kept = work.arm().replaysUnsteered() ? ArmEdits.NONE : edits;
        SliceShards shards = models.use(
                model,
                work.hooks(),
                work.tensorType(),
                kept.sites(),
                loaded -> capture.run(loaded, work, kept, read.read(loaded)));
        return shards.without(read.summaries()).judged(interventions.loss(work, model, kept, read));
    }

    @PreDestroy
    void stop() {
        capture.close();
    }

    /** Removes shards of a slice that no event will ever name. */
    private void discard(SliceWork work) {
        if (work.arm().generate() != null) {
            objects.delete(work.writtenKey());
        }
        for (HookPoint hook : work.hooks()) {
            objects.delete(work.key(hook, 0));
            List<String> further;
            do {
                further = objects.keys(work.furtherKeys(hook), KEYS_AT_ONCE);
                further.forEach(objects::delete);
            } while (further.size() == KEYS_AT_ONCE);
        }
    }
}
