package io.concordance.trainer.dictionary;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.kit.store.StoredObject;
import io.concordance.trainer.checkpoint.CheckpointStore;
import io.concordance.trainer.checkpoint.Training;
import io.concordance.trainer.dictionary.DictionaryRun.MetricPoint;
import io.concordance.trainer.dictionary.DictionaryRun.Rows.PositionShare;
import io.concordance.trainer.dictionary.DictionaryRun.Rows.SameDocument;
import io.concordance.trainer.dictionary.PostgresTrainingLease.Finished;
import io.concordance.trainer.dictionary.PostgresTrainingLease.Progress;
import io.concordance.trainer.stream.PairCounts;
import io.concordance.trainer.stream.PositionState;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One held run on its way: steps, reports, checkpoints, and the dictionary at its end. Used by one thread. */
final class TrainingRun {
    private static final Logger LOG = Logger.getLogger(TrainingRun.class);
    private static final long REPORT_NANOS = 500_000_000L;
    /** After a checkpoint, training goes on for at least this many times what it took: 3 % of the time at most. */
    private static final int CHECKPOINT_PAUSE = 33;

    private final ClaimedRun run;
    private final Training training;
    private final TrainingParts parts;
    private final Pulse pulse;
    private final List<MetricPoint> points = new ArrayList<>();
    private long lastReport = System.nanoTime();
    private long lastReportedTokens;
    private long nextCheckpoint;
    private long checkpointedStep;
    private long starvedSince;
    private boolean starved;

    TrainingRun(ClaimedRun run, Training training, TrainingParts parts, Pulse pulse) {
        this.run = run;
        this.training = training;
        this.parts = parts;
        this.pulse = pulse;
        this.checkpointedStep = training.step().step();
        this.lastReportedTokens = training.step().tokens();
        this.nextCheckpoint =
                System.nanoTime() + parts.config().checkpointEvery().toNanos();
    }

    /**
     * Trains until the run ends or {@code stopping} says so; then it is given back with a checkpoint.
     *
     * @throws LeaseLost when the run was cancelled or taken over
     */
    void train(StopSignal stopping) throws InterruptedException {
        LOG.infof(
                "run %s: %s kernels, from step %d",
                run.id(), training.engine(), training.step().step());
        while (true) {
            pulse.check();
            if (stopping.requested()) {
                giveBack();
                return;
            }
            long begin = System.nanoTime();
            Training.Advance advance = training.advance();
            if (advance == Training.Advance.STEPPED || advance == Training.Advance.REPORTED) {
                parts.gauges().stepped(System.nanoTime() - begin);
            }
            switch (advance) {
                case STEPPED -> moved();
                case REPORTED -> {
                    point();
                    moved();
                }
                case MEASURED -> {}
                case STARVED -> {
                    if (outOfPatience(stopping)) {
                        giveBack();
                        return;
                    }
                }
                case DONE -> {
                    finish();
                    return;
                }
            }
        }
    }

    private void moved() {
        starved = false;
        long now = System.nanoTime();
        if (now >= nextCheckpoint) {
            checkpoint();
        } else if (now - lastReport >= REPORT_NANOS) {
            report();
        }
    }

    private void point() {
        DictionaryCheckpointed.Metrics metrics = training.step().metrics();
        points.add(new MetricPoint(
                training.step().step(),
                training.step().tokens(),
                metrics.loss(),
                metrics.fvu(),
                metrics.l0(),
                metrics.alive()));
    }

    private Progress progress() {
        return new Progress(
                training.step().step(),
                training.step().tokens(),
                training.rowsSeen(),
                training.step().metrics(),
                rows());
    }

    private DictionaryRun.Rows rows() {
        PairCounts.Rate pairs = training.sameDocument();
        PositionState positions = training.positions();
        return new DictionaryRun.Rows(
                new SameDocument(pairs.rate(), pairs.ideal(), pairs.ratio()),
                positions == null
                        ? null
                        : new PositionShare(
                                positions.explained().eta2(),
                                positions.explained().omega2(),
                                positions.explained().rows(),
                                positions.explained().groups(),
                                positions.offsets() != null));
    }

    private void report() {
        parts.lease().report(run, progress(), points);
        reported();
    }

    private void reported() {
        points.clear();
        long now = System.nanoTime();
        long tokens = training.step().tokens();
        double rate = (tokens - lastReportedTokens) * 1e9 / Math.max(1, now - lastReport);
        parts.gauges().report(training.step().metrics(), rate);
        lastReport = now;
        lastReportedTokens = tokens;
    }

    /** Waits a little for the next shard; true when another run should have the thread meanwhile. */
    private boolean outOfPatience(StopSignal stopping) throws InterruptedException {
        long now = System.nanoTime();
        if (!starved) {
            starved = true;
            starvedSince = now;
            if (training.step().step() > 0) {
                report();
            }
            parts.lease().waiting(run);
        }
        stopping.pause();
        return now - starvedSince > parts.config().patience().toNanos()
                && parts.lease().othersWait();
    }

    private void giveBack() {
        if (training.step().step() > checkpointedStep) {
            checkpoint();
        }
        parts.lease().release(run);
        parts.gauges().idle();
    }

    private void checkpoint() {
        long start = System.nanoTime();
        StoredObject object = write();
        parts.lease().move(run, object, progress(), points, event(object, null));
        reported();
        checkpointedStep = training.step().step();
        parts.sweep();
        long now = System.nanoTime();
        parts.gauges().checkpointed(now - start);
        long pause = Math.max(parts.config().checkpointEvery().toNanos(), CHECKPOINT_PAUSE * (now - start));
        nextCheckpoint = now + pause;
    }

    private StoredObject write() {
        String key = CheckpointStore.key(run.id(), training.step().step(), run.epoch());
        parts.lease().announce(run, key, training.step().step());
        return parts.checkpoints().write(key, training.checkpoint());
    }

    private DictionaryCheckpointed event(StoredObject object, @Nullable Finished finished) {
        InputSpec.Minus minus = run.spec().input().minus();
        return new DictionaryCheckpointed(
                run.id().toString(),
                training.step().step(),
                training.step().tokens(),
                finished != null,
                new ObjectRef(parts.bucket(), object.key(), object.sha256(), object.bytes()),
                finished == null ? null : finished.digest(),
                finished == null ? null : finished.prefix(),
                run.spec().hook(),
                run.model(),
                run.spec().jobs().stream().map(UUID::toString).toList(),
                training.step().metrics(),
                run.spec().slices(),
                null,
                null,
                minus == null ? null : minus.inEvent());
    }

    private Dictionary dictionary() {
        Dictionary dictionary = training.export(run.model(), run.spec().hook());
        InputSpec.Minus minus = run.spec().input().minus();
        return minus == null
                ? dictionary
                : dictionary.reading(dictionary.input().less(minus.inDictionary()));
    }

    private void finish() {
        Finished finished = parts.exports().write(dictionary());
        StoredObject object = write();
        List<FeatureDiscovered> features = features(finished.digest());
        parts.lease().complete(run, object, progress(), points, finished, event(object, finished), features);
        reported();
        parts.gauges().idle();
        parts.sweep();
        LOG.infof(
                "run %s: dictionary %s, %d features alive, %s",
                run.id(), finished.digest(), features.size(), training.step().metrics());
    }

    private List<FeatureDiscovered> features(String digest) {
        long[] firings = training.step().firings();
        long rows = training.step().firingRows();
        List<FeatureDiscovered> features = new ArrayList<>();
        for (int f = 0; f < firings.length; f++) {
            if (firings[f] > 0) {
                features.add(new FeatureDiscovered(
                        FeatureUids.of(digest, f),
                        digest,
                        run.id().toString(),
                        run.model(),
                        run.spec().hook(),
                        f,
                        "new",
                        (double) firings[f] / rows,
                        rows));
            }
        }
        return features;
    }
}
