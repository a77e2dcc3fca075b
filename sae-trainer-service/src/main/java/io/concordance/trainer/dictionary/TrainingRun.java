package io.concordance.trainer.dictionary;

import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.kit.store.StoredObject;
import io.concordance.trainer.checkpoint.CheckpointStore;
import io.concordance.trainer.checkpoint.Training;
import io.concordance.trainer.dictionary.DictionaryRun.MetricPoint;
import io.concordance.trainer.dictionary.DictionaryRun.Rows.PositionShare;
import io.concordance.trainer.dictionary.DictionaryRun.Rows.SameDocument;
import io.concordance.trainer.dictionary.PostgresTrainingLease.Progress;
import io.concordance.trainer.step.TrainingDiverged;
import io.concordance.trainer.stream.BadShard;
import io.concordance.trainer.stream.PairCounts;
import io.concordance.trainer.stream.PositionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One held run on its way: steps, reports, checkpoints, and the dictionary at its end. Used by one thread. */
final class TrainingRun {
    private static final Logger LOG = Logger.getLogger(TrainingRun.class);
    private static final long REPORT_NANOS = 500_000_000L;
    /** The next checkpoint waits until all of them have taken one part in this many: 3 % of the time at most. */
    private static final int CHECKPOINT_PART = 34;

    private final ClaimedRun run;
    private final Training training;
    private final TrainingParts parts;
    private final Pulse pulse;
    private final Set<String> leftOut;
    private final Turn turn;
    private final List<MetricPoint> points = new ArrayList<>();
    private long lastReport = System.nanoTime();
    private long lastReportedTokens;
    private final long begun = System.nanoTime();
    private long inCheckpoints;
    private long nextCheckpoint;
    private @Nullable StoredObject checkpoint;
    private long checkpointedStep;
    private final long claimedStep;

    /**
     * @param leftOut keys of shards that the training's source leaves out; it looks at it whenever it is asked for rows
     */
    TrainingRun(ClaimedRun run, Training training, TrainingParts parts, Pulse pulse, Set<String> leftOut) {
        this.run = run;
        this.training = training;
        this.parts = parts;
        this.pulse = pulse;
        this.leftOut = leftOut;
        this.turn = new Turn(parts.config(), parts.lease());
        this.checkpoint = run.checkpoint();
        this.claimedStep = training.step().step();
        this.checkpointedStep = claimedStep;
        this.lastReportedTokens = training.step().tokens();
        this.nextCheckpoint = begun + parts.config().checkpointEvery().toNanos();
    }

    /**
     * Trains until the run ends, {@code stopping} says so or others should have their turn; then it is given back with a
     * checkpoint.
     *
     * @throws LeaseLost when the run was cancelled or taken over
     */
    void train(StopSignal stopping) throws InterruptedException {
        LOG.infof(
                "run %s: %s kernels, from step %d",
                run.id(), training.engine(), training.step().step());
        while (true) {
            pulse.check();
            if (stopping.requested() || mayPause() && turn.over()) {
                giveBack();
                return;
            }
            try {
                switch (step()) {
                    case STEPPED -> moved();
                    case REPORTED -> {
                        interval();
                        moved();
                    }
                    case MEASURED -> turn.moved();
                    case STARVED -> {
                        starved();
                        stopping.pause();
                    }
                    case DONE -> {
                        finish();
                        return;
                    }
                }
            } catch (BadShard bad) {
                leaveOut(bad);
                training.leaveOut();
                parts.lease().quarantine(run, bad, progress(), training.step().step() > 0 ? write() : null);
            } catch (TrainingDiverged diverged) {
                fail(diverged);
                return;
            }
        }
    }

    private Training.Advance step() {
        long begin = System.nanoTime();
        Training.Advance advance = training.advance();
        if (advance == Training.Advance.STEPPED || advance == Training.Advance.REPORTED) {
            parts.gauges().stepped(System.nanoTime() - begin);
        }
        return advance;
    }

    /** Whether the run can be given back without losing what it has done since it was taken. */
    private boolean mayPause() {
        return turn.starving()
                || training.step().step() > claimedStep && training.step().calm();
    }

    private void moved() {
        turn.moved();
        long now = System.nanoTime();
        if (now >= nextCheckpoint && training.step().calm()) {
            checkpoint();
        } else if (now - lastReport >= REPORT_NANOS) {
            report();
        }
    }

    /** A reporting interval was closed. */
    private void interval() {
        withoutBadShards(() -> {
            training.look();
            return true;
        });
        points.add(new MetricPoint(
                training.step().step(),
                training.step().tokens(),
                training.step().metrics()));
        long every = run.spec().publishSteps();
        if (every > 0
                && training.step().step() % every == 0
                && !training.step().done()
                && training.step().calm()) {
            publish();
        }
    }

    /** Does what needs held-out rows; a shard that has none after all is left out of them. */
    private <T> T withoutBadShards(Supplier<T> what) {
        while (true) {
            try {
                return what.get();
            } catch (BadShard bad) {
                leaveOut(bad);
                parts.lease().quarantine(run, bad, progress(), null);
            }
        }
    }

    private void leaveOut(BadShard bad) {
        LOG.warnf("run %s: without %s: %s", run.id(), bad.object().key(), bad.problem());
        if (!leftOut.add(bad.object().key())) {
            throw bad;
        }
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
        parts.gauges().report(run.id(), training.step().metrics(), rate);
        lastReport = now;
        lastReportedTokens = tokens;
    }

    /** The next shard is not there yet. */
    private void starved() {
        if (turn.starved()) {
            if (training.step().step() > 0) {
                report();
            }
            parts.lease().waiting(run);
        }
    }

    private void giveBack() {
        if (training.step().step() > checkpointedStep && training.step().calm()) {
            checkpoint();
        }
        parts.lease().release(run);
    }

    private void checkpoint() {
        long start = System.nanoTime();
        StoredObject object = write();
        parts.lease().move(run, object, progress(), points, event(object, null, false));
        reported();
        checkpointed(start);
    }

    private void publish() {
        long start = System.nanoTime();
        Publication publication = withoutBadShards(() -> parts.publisher().publish(run, training));
        StoredObject object = write();
        parts.lease().publish(run, object, progress(), points, publication, event(object, publication, false));
        reported();
        checkpointed(start);
    }

    private void checkpointed(long start) {
        parts.sweep();
        long now = System.nanoTime();
        long took = now - start;
        parts.gauges().checkpointed(took);
        inCheckpoints += took;
        nextCheckpoint = Math.max(
                now + parts.config().checkpointEvery().toNanos(), begun + CHECKPOINT_PART * (inCheckpoints + took));
    }

    private StoredObject write() {
        long step = training.step().step();
        String key = leftOut.isEmpty()
                ? CheckpointStore.key(run.id(), step, run.epoch())
                : CheckpointStore.key(run.id(), step, run.epoch(), leftOut.size());
        parts.lease().announce(run, key, step);
        StoredObject object = parts.checkpoints().write(key, training.checkpoint());
        checkpoint = object;
        checkpointedStep = step;
        return object;
    }

    private DictionaryCheckpointed event(StoredObject object, @Nullable Publication publication, boolean complete) {
        Origin from = run.spec().from();
        InputSpec.Minus minus = run.spec().input().minus();
        return new DictionaryCheckpointed(
                run.id().toString(),
                training.step().step(),
                training.step().tokens(),
                complete,
                new ObjectRef(parts.bucket(), object.key(), object.sha256(), object.bytes()),
                publication == null ? null : publication.files().digest(),
                publication == null ? null : publication.files().prefix(),
                run.spec().hook(),
                run.model(),
                run.spec().jobs().stream().map(UUID::toString).toList(),
                training.step().metrics(),
                run.spec().slices(),
                run.spec().generation(),
                from == null ? null : from.dictionary(),
                minus == null ? null : minus.inEvent());
    }

    private void finish() {
        Publication publication = withoutBadShards(() -> parts.publisher().publish(run, training));
        StoredObject object = write();
        parts.lease().complete(run, object, progress(), points, publication, event(object, publication, true));
        reported();
        parts.sweep();
        LOG.infof(
                "run %s: dictionary %s, features %s, %s",
                run.id(),
                publication.files().digest(),
                publication.changes(),
                training.step().metrics());
    }

    /** Ends the run; what it had learnt by its last checkpoint, which was a calm one, is published. */
    private void fail(TrainingDiverged diverged) {
        String reason = String.valueOf(diverged.getMessage());
        LOG.errorf("run %s: %s", run.id(), reason);
        StoredObject good = checkpoint;
        if (good == null) {
            parts.lease().fail(run, reason + "; there was no checkpoint yet");
            return;
        }
        training.step()
                .restore(parts.checkpoints().read(good.key(), good.sha256()).train());
        Publication publication = parts.publisher().rescue(run, training);
        parts.lease()
                .fail(run, reason + "; the last good checkpoint is of step " + publication.step(), points, publication);
    }
}
