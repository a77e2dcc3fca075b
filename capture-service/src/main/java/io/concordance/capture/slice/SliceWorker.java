package io.concordance.capture.slice;

import io.concordance.capture.CaptureConfig;
import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.intervention.LossSums;
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
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

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
    private final SliceAttributions attributions;
    private final SliceSearches searches;
    private final ObjectStore objects;
    private final MeterRegistry meters;
    private final SliceCapture capture;
    private final Semaphore turns;

    SliceWorker(
            PostgresSliceRepository slices,
            Models models,
            SliceTexts texts,
            SliceInterventions interventions,
            SliceAttributions attributions,
            SliceSearches searches,
            ObjectStore objects,
            MeterRegistry meters,
            CaptureConfig config) {
        this.slices = slices;
        this.models = models;
        this.texts = texts;
        this.interventions = interventions;
        this.attributions = attributions;
        this.searches = searches;
        this.objects = objects;
        this.meters = meters;
        this.turns = new Semaphore(config.workers());
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
            meters.counter("concordance.capture.slices").increment();
            meters.counter("concordance.capture.tokens").increment(result.tokens());
            meters.counter("concordance.capture.shard.bytes").increment(result.bytes());
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

    /** A turn at the models ends when they are done with the slice, so that the next slice does not wait for its shards. */
    private SliceShards capture(SliceWork work, RegisteredModel model) {
        ModelsDone done;
        turns.acquireUninterruptibly();
        try {
            if (work.attribution() != null) {
                return attributions.run(work, work.attribution(), model);
            }
            if (work.search() != null) {
                return searches.run(work, work.search(), model, () -> slices.hasEnded(work));
            }
            done = run(work, model);
        } finally {
            turns.release();
        }
        try (SliceCapture.Running running = done.running) {
            return running.stored().without(done.summaries).judged(done.loss);
        }
    }

    /** What models did for a slice. */
    private record ModelsDone(
            SliceCapture.Running running,
            int summaries,
            @Nullable LossSums loss) {}

    private ModelsDone run(SliceWork work, RegisteredModel model) {
        ArmEdits edits = interventions.edits(work, model);
        SliceTexts.Texts read = texts.captured(work, model, edits);
        ArmEdits kept = work.arm().replaysUnsteered() ? ArmEdits.NONE : edits;
        LossSums loss = interventions.loss(work, model, kept, read);
        SliceCapture.Running running = models.use(
                model,
                work.hooks(),
                work.tensorType(),
                kept.sites(),
                loaded -> capture.begin(loaded, work, kept, read.read(loaded)));
        return new ModelsDone(running, read.summaries(), loss);
    }

    @PreDestroy
    void stop() {
        capture.close();
    }

    /** Removes shards of a slice that no event will ever name. */
    private void discard(SliceWork work) {
        if (work.attribution() != null) {
            objects.delete(work.attributionKey());
            return;
        }
        if (work.search() != null) {
            searches.discard(work);
            return;
        }
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
