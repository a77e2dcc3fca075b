package io.concordance.trainer.checkpoint;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Kernels;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.kernel.StepKernels;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.step.TrainStep;
import io.concordance.trainer.stream.PairCounts;
import io.concordance.trainer.stream.RowStream;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import io.concordance.trainer.stream.StreamState;
import org.jspecify.annotations.Nullable;

/**
 * One dictionary in training: steps fed from the row stream, stoppable between any two steps. What it ends with is a
 * function of (config, ordered shards, arithmetic of the processor), however often it was stopped and resumed from a {@link Checkpoint}.
 */
public final class Training implements AutoCloseable {
    private final StepKernels kernels;
    private final TrainStep step;
    private final RowStream rows;
    private final float[] batch;
    private boolean initialised;

    /** What one call of {@link #advance} did. */
    public enum Advance {
        /** A step was taken. */
        STEPPED,
        /** A step was taken that closed a reporting interval. */
        REPORTED,
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
        kernels = Kernels.open(
                new KernelShape(inputWidth, config.width(), config.batch()),
                processor,
                from == null ? null : from.arithmetic());
        try {
            step = new TrainStep(config, kernels);
            StreamState position = from == null ? StreamState.start() : from.stream();
            rows = new RowStream(
                    order, source, inputWidth, config.batch(), config.windowRows(), config.seed(), position);
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

    public Advance advance() {
        if (step.done()) {
            return Advance.DONE;
        }
        if (!rows.ready()) {
            return Advance.STARVED;
        }
        if (!initialised) {
            float[] first = rows.sample(TrainStep.MEDIAN_ROWS);
            step.initialise(first, first.length / kernels.shape().width());
            initialised = true;
        }
        rows.next(batch);
        return step.run(batch) ? Advance.REPORTED : Advance.STEPPED;
    }

    /** The state between two steps; only once a step was taken. */
    public Checkpoint checkpoint() {
        return new Checkpoint(step.snapshot(), rows.snapshot(), kernels.arithmetic());
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
        return step.export(model, hook);
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
