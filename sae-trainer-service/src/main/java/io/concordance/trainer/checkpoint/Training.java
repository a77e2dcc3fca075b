package io.concordance.trainer.checkpoint;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Kernels;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.kernel.StepKernels;
import io.concordance.trainer.step.Reconstruction;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.step.TrainStep;
import io.concordance.trainer.stream.HeldOutSlices;
import io.concordance.trainer.stream.PairCounts;
import io.concordance.trainer.stream.PositionState;
import io.concordance.trainer.stream.RowStream;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import io.concordance.trainer.stream.SteeredCapture;
import io.concordance.trainer.stream.StreamState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One dictionary in training: steps fed from the row stream, stoppable between any two steps. What it ends with is a
 * function of (config, ordered shards, arithmetic of the processor), however often it was stopped and resumed from a {@link Checkpoint}.
 */
public final class Training implements AutoCloseable {
    private static final long LOOK_SHARE = 100;
    private static final int MOST_LOOKED_AT = 4096;

    private final StepKernels kernels;
    private final TrainStep step;
    private final ShardOrder order;
    private final HeldOutSlices heldOut;
    private final Preparation preparation;
    private final @Nullable Dictionary start;
    private final float[] batch;
    private RowStream rows;
    private boolean initialised;

    /** What one call of {@link #advance} did. */
    public enum Advance {
        /** A step was taken. */
        STEPPED,
        /** A step was taken that closed a reporting interval. */
        REPORTED,
        /** No step: rows were read to know what is to be taken off them. */
        MEASURED,
        /** Nothing: the next shard has not been written yet. */
        STARVED,
        /** Nothing: the token budget is spent. */
        DONE
    }

    /**
     * @param inputWidth values an activation row
     * @param from where to go on, or null to start
     * @throws io.concordance.trainer.kernel.OtherArithmetic when the processor cannot go on with the bits of {@code from}
     */
    public Training(
            TrainConfig config,
            int inputWidth,
            ShardOrder order,
            ShardSource source,
            Processor processor,
            @Nullable Checkpoint from) {
        this(config, inputWidth, order, source, processor, from, null);
    }

    /**
     * As above.
     *
     * @param start the dictionary whose weights a run without {@code from} begins with; null for random directions
     */
    public Training(
            TrainConfig config,
            int inputWidth,
            ShardOrder order,
            ShardSource source,
            Processor processor,
            @Nullable Checkpoint from,
            @Nullable Dictionary start) {
        this(config, inputWidth, order, source, processor, from, start, List.of());
    }

    /**
     * As above.
     *
     * @param steered captures of a steered model among those of the order, each job once
     */
    public Training(
            TrainConfig config,
            int inputWidth,
            ShardOrder order,
            ShardSource source,
            Processor processor,
            @Nullable Checkpoint from,
            @Nullable Dictionary start,
            List<SteeredCapture> steered) {
        this.order = order;
        this.start = start;
        this.heldOut = new HeldOutSlices(order, config.heldOut(), config.seed());
        this.preparation = new Preparation(config, inputWidth, order, source, heldOut, steered, from);
        kernels = Kernels.open(
                new KernelShape(inputWidth, config.width(), config.batch()),
                processor,
                from == null ? null : from.arithmetic());
        try {
            step = new TrainStep(config, kernels);
            rows = stream(from == null ? StreamState.start() : from.stream());
            batch = new float[config.batch() * inputWidth];
            if (from != null) {
                step.restore(from.train());
                initialised = true;
            }
        } catch (RuntimeException e) {
            kernels.close();
            throw e;
        }
    }

    private RowStream stream(StreamState state) {
        TrainConfig config = step.config();
        return new RowStream(
                order,
                heldOut.without(preparation.rows()),
                kernels.shape().width(),
                config.batch(),
                config.windowRows(),
                config.seed(),
                state);
    }

    /**
     * Takes a step where it can.
     *
     * @throws io.concordance.trainer.stream.BadShard before the step, when a shard it needs cannot be used; the caller has
     *     the source leave it out, calls {@link #leaveOut}, and goes on
     * @throws io.concordance.trainer.step.TrainingDiverged when training makes the dictionary worse and worse
     */
    public Advance advance() {
        if (step.done()) {
            return Advance.DONE;
        }
        if (preparation.pending()) {
            return prepare();
        }
        if (!rows.ready()) {
            return Advance.STARVED;
        }
        preparation.look();
        if (!initialised) {
            float[] first = rows.sample(TrainStep.MEDIAN_ROWS);
            int count = first.length / kernels.shape().width();
            if (start == null) {
                step.initialise(first, count);
            } else {
                step.continueFrom(start, first, count);
            }
            initialised = true;
        }
        rows.next(batch);
        return step.run(batch) ? Advance.REPORTED : Advance.STEPPED;
    }

    /** Reads a slice; the last one makes the rows ready. */
    private Advance prepare() {
        return switch (preparation.advance()) {
            case STARVED -> Advance.STARVED;
            case READ -> Advance.MEASURED;
            case DONE -> {
                rows = stream(StreamState.start());
                yield Advance.MEASURED;
            }
        };
    }

    /** Goes on without a shard that could not be used, which the source leaves out from now on. */
    public void leaveOut() {
        if (initialised) {
            rows.leaveOut();
        } else {
            rows.close();
            preparation.forget();
            rows = stream(StreamState.start());
        }
    }

    /**
     * Where the run is at a point for it, looks at the dictionary with rows of slices that are never trained on, and adds
     * what it finds to {@link TrainStep#metrics}: a hundredth as many rows as the run trains on, 4096 at most.
     *
     * @throws io.concordance.trainer.stream.BadShard when a shard with such rows cannot be used; to be called again when the
     *     source leaves it out
     */
    public void look() {
        if (!step.looks()) {
            return;
        }
        float[] unseen = heldOutRows();
        int count = unseen.length / kernels.shape().width();
        if (count > 0) {
            step.heldOut(Reconstruction.look(step.export("", ""), unseen, count, step.step()));
        }
    }

    /** Rows of slices that are never trained on, as training sees rows, as far as the run has come, [n, width]. */
    public float[] heldOutRows() {
        int limit = (int) Math.clamp(step.config().tokens() / LOOK_SHARE, 1, MOST_LOOKED_AT);
        return heldOut.rows(preparation.rows(), kernels.shape().width(), rows.reached(), limit);
    }

    /** The state between two steps; only once a step was taken. */
    public Checkpoint checkpoint() {
        PositionState known = preparation.positions();
        if (known == null) {
            throw new IllegalStateException("no step was taken");
        }
        return new Checkpoint(step.snapshot(), rows.snapshot(), known, kernels.arithmetic(), preparation.removed());
    }

    /** What is known about position; null before the first step. */
    public @Nullable PositionState positions() {
        return preparation.positions();
    }

    public TrainStep step() {
        return step;
    }

    /** Rows of the first epoch that were trained on. */
    public long rowsSeen() {
        return rows.coverage().seen();
    }

    /** How often two rows of one document met in a batch so far. */
    public PairCounts.Rate sameDocument() {
        return rows.sameDocument();
    }

    public Dictionary export(String model, String hook) {
        return export(model, hook, null);
    }

    /** As {@link #export(String, String)}, of a run that started from a dictionary. */
    public Dictionary export(String model, String hook, DictionaryInfo.@Nullable Continued from) {
        return preparation.described(step.export(model, hook, from));
    }

    /** Name of the kernels in use. */
    public String engine() {
        return kernels.name();
    }

    @Override
    public void close() {
        rows.close();
        kernels.close();
    }
}
