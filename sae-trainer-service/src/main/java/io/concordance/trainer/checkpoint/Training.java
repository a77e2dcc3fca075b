package io.concordance.trainer.checkpoint;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInput;
import io.concordance.contracts.dictionary.PositionOffsets;
import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Kernels;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.kernel.StepKernels;
import io.concordance.trainer.step.Position;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.step.TrainStep;
import io.concordance.trainer.stream.PairCounts;
import io.concordance.trainer.stream.PositionMeans;
import io.concordance.trainer.stream.PositionState;
import io.concordance.trainer.stream.RowStream;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import io.concordance.trainer.stream.StreamState;
import io.concordance.trainer.stream.WithoutPosition;
import org.jspecify.annotations.Nullable;

/**
 * One dictionary in training: steps fed from the row stream, stoppable between any two steps. What it ends with is a
 * function of (config, ordered shards, arithmetic of the processor), however often it was stopped and resumed from a {@link Checkpoint}.
 */
public final class Training implements AutoCloseable {
    /** Rows in which position is looked at where it is left alone. */
    private static final int LOOKED_AT = 1 << 16;

    private final StepKernels kernels;
    private final TrainStep step;
    private final ShardOrder order;
    private final ShardSource source;
    private final float[] batch;
    private RowStream rows;
    private @Nullable PositionMeans means;
    private @Nullable PositionState positions;
    private boolean initialised;

    /** What one call of {@link #advance} did. */
    public enum Advance {
        /** A step was taken. */
        STEPPED,
        /** A step was taken that closed a reporting interval. */
        REPORTED,
        /** No step: rows were read to know their mean at each position. */
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
        this.order = order;
        this.source = source;
        kernels = Kernels.open(
                new KernelShape(inputWidth, config.width(), config.batch()),
                processor,
                from == null ? null : from.arithmetic());
        try {
            step = new TrainStep(config, kernels);
            positions = from == null ? null : from.positions();
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
        PositionOffsets offsets = positions == null ? null : positions.offsets();
        return new RowStream(
                order,
                offsets == null ? source : new WithoutPosition(source, offsets),
                kernels.shape().width(),
                config.batch(),
                config.windowRows(),
                config.seed(),
                state);
    }

    public Advance advance() {
        if (step.done()) {
            return Advance.DONE;
        }
        if (positions == null && step.config().position() == Position.SUBTRACT) {
            return measure();
        }
        if (!rows.ready()) {
            return Advance.STARVED;
        }
        if (positions == null) {
            look();
        }
        if (!initialised) {
            float[] first = rows.sample(TrainStep.MEDIAN_ROWS);
            step.initialise(first, first.length / kernels.shape().width());
            initialised = true;
        }
        rows.next(batch);
        return step.run(batch) ? Advance.REPORTED : Advance.STEPPED;
    }

    /** Reads the next slice of those that the first epoch takes; the last one makes the rows ready. */
    private Advance measure() {
        PositionMeans current = means;
        if (current == null) {
            current = new PositionMeans(
                    order, source, kernels.shape().width(), step.config().tokens());
            means = current;
        }
        return switch (current.advance()) {
            case STARVED -> Advance.STARVED;
            case READ -> Advance.MEASURED;
            case DONE -> {
                positions = new PositionState(current.explained(), current.offsets());
                means = null;
                rows = stream(StreamState.start());
                yield Advance.MEASURED;
            }
        };
    }

    /** Says how much position explains in rows of the first window, which have all been written. */
    private void look() {
        PositionMeans first = new PositionMeans(
                order,
                source,
                kernels.shape().width(),
                Math.min(LOOKED_AT, step.config().windowRows()));
        while (first.advance() == PositionMeans.Progress.READ) {}
        positions = new PositionState(first.explained(), null);
    }

    /** The state between two steps; only once a step was taken. */
    public Checkpoint checkpoint() {
        PositionState known = positions;
        if (known == null) {
            throw new IllegalStateException("no step was taken");
        }
        return new Checkpoint(step.snapshot(), rows.snapshot(), known, kernels.arithmetic());
    }

    /** What is known about position; null before the first step. */
    public @Nullable PositionState positions() {
        return positions;
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
        Dictionary dictionary = step.export(model, hook);
        return positions == null || positions.offsets() == null
                ? dictionary
                : dictionary.reading(new DictionaryInput(null, positions.offsets()));
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
