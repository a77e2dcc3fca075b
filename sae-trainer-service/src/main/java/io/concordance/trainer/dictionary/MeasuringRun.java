package io.concordance.trainer.dictionary;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.ForeignDictionary;
import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.store.StoredObject;
import io.concordance.trainer.dictionary.PostgresTrainingLease.Finished;
import io.concordance.trainer.dictionary.PostgresTrainingLease.Progress;
import io.concordance.trainer.measurement.Border;
import io.concordance.trainer.measurement.Measurement;
import io.concordance.trainer.stream.BadShard;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import io.concordance.trainer.stream.SliceRows;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * One held run of an imported dictionary: instead of training, the dictionary is measured on the first rows of its jobs,
 * and published as any other. Cut short, it begins anew and ends with the same bytes. Used by one thread.
 */
final class MeasuringRun {
    private static final Logger LOG = Logger.getLogger(MeasuringRun.class);
    private static final long REPORT_NANOS = 500_000_000L;
    private static final int ROWS_A_CALL = 4096;

    private final ClaimedRun run;
    private final Import imported;
    private final ShardOrder order;
    private final ShardSource source;
    private final TrainingParts parts;
    private final Pulse pulse;
    private final StopSignal stopping;
    private final List<Found> shards = new ArrayList<>();
    private long lastReport = System.nanoTime();

    MeasuringRun(
            ClaimedRun run,
            Import imported,
            ShardSource source,
            TrainingParts parts,
            Pulse pulse,
            StopSignal stopping) {
        this.run = run;
        this.imported = imported;
        this.order = run.spec().order();
        this.source = source;
        this.parts = parts;
        this.pulse = pulse;
        this.stopping = stopping;
    }

    private record Found(ShardOrder.Slot slot, ShardSource.Written shard) {}

    /** What one pass does with rows, {@code [count, width]}, after {@code shards} whole shards. */
    private interface Rows {
        void take(float[] rows, int count, int shards);
    }

    /**
     * Measures and publishes, or gives the run back when the service stops or shards are still to come and others wait.
     *
     * @throws LeaseLost when the run was cancelled or taken over
     */
    void measure() throws InterruptedException {
        try {
            measureAll();
        } catch (BadShard e) {
            throw new FieldProblem("jobs", e.object().key(), "shards that can be read (" + e.problem() + ")");
        }
    }

    private void measureAll() throws InterruptedException {
        if (!found()) {
            parts.lease().release(run);
            return;
        }
        ForeignDictionary foreign = parts.imports().read(imported);
        for (Found found : shards) {
            if (found.shard.width() != foreign.width()) {
                throw new FieldProblem(
                        "config.d_in", foreign.width(), found.shard.width() + ", the values of a row at the hook");
            }
        }
        double border = 0;
        if (foreign.needsThreshold()) {
            Border rows = new Border(foreign);
            if (!pass((batch, count, done) -> rows.add(batch, count))) {
                parts.lease().release(run);
                return;
            }
            border = rows.mean();
        }
        Measurement measurement =
                new Measurement(foreign.publish(run.model(), run.spec().hook(), border, 0, 0));
        boolean whole = pass((batch, count, done) -> {
            measurement.add(batch, count);
            report(measurement, done);
        });
        if (whole) {
            DictionaryCheckpointed.Metrics metrics = measurement.metrics();
            publish(foreign.publish(run.model(), run.spec().hook(), border, metrics.l0(), metrics.fvu()), measurement);
        } else {
            parts.lease().release(run);
        }
    }

    /** Waits for as many shards as the rows need; false when the thread should do something else meanwhile. */
    private boolean found() throws InterruptedException {
        long deadline = System.nanoTime() + parts.config().patience().toNanos();
        long rows = 0;
        for (int place = 0; place < order.size() && rows < imported.rows(); place++) {
            ShardOrder.Slot slot = order.at(place);
            Optional<ShardSource.Written> shard = source.find(slot);
            while (shard.isEmpty()) {
                pulse.check();
                if (stopping.requested()
                        || (System.nanoTime() > deadline && parts.lease().othersWait())) {
                    return false;
                }
                stopping.pause();
                shard = source.find(slot);
            }
            if (shard.get().included() && shard.get().rows() > 0) {
                shards.add(new Found(slot, shard.get()));
                rows += shard.get().rows();
            }
        }
        if (rows == 0) {
            throw new FieldProblem("jobs", null, "at least one captured row at the hook, in the arms chosen");
        }
        return true;
    }

    /** Returns false when the service stops. */
    private boolean pass(Rows rows) {
        long left = imported.rows();
        int done = 0;
        for (Found found : shards) {
            int width = found.shard.width();
            int count = (int) Math.min(left, found.shard.rows());
            float[] batch = new float[Math.min(count, ROWS_A_CALL) * width];
            try (SliceRows slice = source.open(found.slot, found.shard)) {
                for (int from = 0; from < count; from += ROWS_A_CALL) {
                    pulse.check();
                    if (stopping.requested()) {
                        return false;
                    }
                    int n = Math.min(ROWS_A_CALL, count - from);
                    for (int r = 0; r < n; r++) {
                        slice.copy(from + r, batch, r * width);
                    }
                    rows.take(batch, n, done);
                }
            }
            left -= count;
            done++;
        }
        return true;
    }

    private Progress progress(Measurement measurement, long done) {
        return new Progress(done, measurement.rows(), measurement.rows(), measurement.metrics(), null);
    }

    private void report(Measurement measurement, int done) {
        long now = System.nanoTime();
        if (now - lastReport >= REPORT_NANOS) {
            lastReport = now;
            parts.lease().report(run, progress(measurement, done), List.of());
        }
    }

    private void publish(Dictionary dictionary, Measurement measurement) {
        Finished finished = parts.exports().write(dictionary);
        StoredObject weights =
                new StoredObject(imported.weightsKey(), imported.origin().weightsSha256(), imported.weightsBytes());
        DictionaryCheckpointed event = new DictionaryCheckpointed(
                run.id().toString(),
                order.size(),
                measurement.rows(),
                true,
                new ObjectRef(parts.bucket(), weights.key(), weights.sha256(), weights.bytes()),
                finished.digest(),
                finished.prefix(),
                run.spec().hook(),
                run.model(),
                run.spec().jobs().stream().map(UUID::toString).toList(),
                measurement.metrics(),
                run.spec().slices(),
                null,
                null);
        List<FeatureDiscovered> features = features(finished.digest(), measurement);
        BitSet fired = new BitSet();
        features.forEach(feature -> fired.set(feature.index()));
        Publication publication = new Publication(
                order.size(), measurement.rows(), run.spec().generation(), finished, fired, fired, features);
        parts.lease().complete(run, weights, progress(measurement, order.size()), List.of(), publication, event);
        LOG.infof(
                "run %s: imported dictionary %s, %d features fired on %d rows, %s",
                run.id(), finished.digest(), features.size(), measurement.rows(), measurement.metrics());
    }

    private List<FeatureDiscovered> features(String digest, Measurement measurement) {
        long[] firings = measurement.firings();
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
                        (double) firings[f] / measurement.rows(),
                        measurement.rows()));
            }
        }
        return features;
    }
}
