package io.concordance.trainer.step;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.concordance.contracts.event.FiringDensity;
import io.concordance.contracts.event.HeldOutMetrics;
import io.concordance.trainer.kernel.AdamStep;
import io.concordance.trainer.kernel.BatchMoments;
import io.concordance.trainer.kernel.Objective;
import io.concordance.trainer.kernel.Parameter;
import io.concordance.trainer.kernel.Quantity;
import io.concordance.trainer.kernel.Residual;
import io.concordance.trainer.kernel.Selected;
import io.concordance.trainer.kernel.Selection;
import io.concordance.trainer.kernel.StepKernels;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trains a sparse autoencoder step by step: the loss of {@link StepKernels} with AuxK for dead features (Gao et al. 2024),
 * gradient norm clipped at 1, Adam with unit-norm decoder rows, warm-up and decay. Not thread-safe.
 */
public final class TrainStep {
    /** Rows that {@link #initialise} has a use for. */
    public static final int MEDIAN_ROWS = 32_768;

    private static final int REPORTS_A_LOOK = 10;
    /** Weight of the newest border in the threshold's running mean, once that many steps have passed. */
    private static final double THRESHOLD_RATE = 0.01;

    private final TrainConfig config;
    private final StepKernels kernels;
    private final Rule rule;
    private final int inputWidth;
    private final FeatureCounts counts;
    private final Stability stability = new Stability();
    private long step;
    private float scale = 1;
    private double threshold;
    private boolean continued;
    private long intervalRows;
    private MetricSums sums = MetricSums.NONE;
    private Metrics latest = new Metrics(0, 1, 0, 1);

    /** A step on kernels of the config's width and batch; {@link #initialise} or {@link #restore} comes first. */
    public TrainStep(TrainConfig config, StepKernels kernels) {
        this.config = config;
        this.kernels = kernels;
        this.rule = new Rule(config, kernels.shape());
        this.inputWidth = kernels.shape().width();
        this.counts = new FeatureCounts(config);
    }

    /**
     * Starts from scratch: input scale and {@code b_dec} (geometric median) from some rows, random unit decoder rows,
     * encoder rows equal to them.
     *
     * @param rows [count, width], raw
     */
    public void initialise(float[] rows, int count) {
        int used = Math.min(count, MEDIAN_ROWS);
        scale = Centres.unitScale(rows, used, inputWidth);
        float[] centre = Centres.geometricMedian(rows, used, inputWidth);
        for (int c = 0; c < inputWidth; c++) {
            centre[c] *= scale;
        }
        float[] directions = randomDirections();
        kernels.put(Parameter.DECODER_BIAS, Quantity.VALUE, centre);
        kernels.put(Parameter.DECODER, Quantity.VALUE, directions);
        kernels.put(Parameter.ENCODER, Quantity.VALUE, directions);
    }

    /**
     * Starts from a dictionary: its weights, the input scale of the first rows, fresh moments and counters.
     *
     * @param rows [count, width], raw
     * @throws io.concordance.contracts.problem.FieldProblem when it is of another shape
     */
    public void continueFrom(Dictionary dictionary, float[] rows, int count) {
        scale = Centres.unitScale(rows, Math.min(count, MEDIAN_ROWS), inputWidth);
        InferenceForm.load(dictionary, kernels, scale);
        continued = true;
    }

    private float[] randomDirections() {
        long key = KeyedRandom.hash(config.seed(), 0x57A7E);
        float[] directions = new float[Math.multiplyExact(config.width(), inputWidth)];
        double[] row = new double[inputWidth];
        for (int f = 0; f < config.width(); f++) {
            double squares = 0;
            for (int c = 0; c < inputWidth; c++) {
                row[c] = KeyedRandom.gaussian(key, (long) f * inputWidth + c);
                squares += row[c] * row[c];
            }
            double norm = Math.sqrt(squares);
            for (int c = 0; c < inputWidth; c++) {
                directions[f * inputWidth + c] = (float) (row[c] / norm);
            }
        }
        return directions;
    }

    /** One step on [batch, width] raw rows. Returns true when it closed a reporting interval. */
    public boolean run(float[] rows) {
        long t = step + 1;
        long seen = t * config.batch();
        BatchMoments moments = kernels.centre(rows, scale);
        if (step == 0 && !continued && config.activation() == Activation.JUMPRELU) {
            beginThresholds();
        }
        Selected selected = kernels.select(rule.selection());
        double ramp = Schedule.ramp(t, config.steps());
        Objective objective = rule.objective(selected, ramp);
        Residual residual = kernels.decode(objective);
        Double cosine = closes(t) ? Reconstruction.cosine(kernels, rows, scale) : null;
        double loss = residual.nested() / ((double) config.batch() * inputWidth)
                + rule.penalty(selected, ramp)
                + auxiliary(residual, seen);
        stability.observe(t, loss, MetricSums.fvu(residual.squares(), moments.variance()));
        counts.count(kernels.groupByFeature(), t);
        double norm = Math.sqrt(kernels.gradients());
        double clip = norm > TrainConfig.MAX_GRADIENT_NORM ? TrainConfig.MAX_GRADIENT_NORM / norm : 1;
        double rate = config.learningRate() * Schedule.at(t, config.steps());
        kernels.update(AdamStep.at(t, rate, TrainConfig.BETA1, TrainConfig.BETA2, TrainConfig.EPSILON, clip));
        threshold += Math.max(THRESHOLD_RATE, 1.0 / t) * (selected.threshold() - threshold);
        sums = sums.plus(residual.squares(), moments.variance(), loss, norm, selected.pairs(), config.batch());
        step = t;
        if (closes(t)) {
            report(cosine);
            return true;
        }
        return false;
    }

    /** Thresholds start where the first batch has k active features a row. */
    private void beginThresholds() {
        Selected border = kernels.select(new Selection.BatchTopK(config.k()));
        float[] thresholds = new float[config.width()];
        Arrays.fill(thresholds, (float) StrictMath.log(Math.max(border.threshold(), Float.MIN_NORMAL)));
        kernels.put(Parameter.THRESHOLD, Quantity.VALUE, thresholds);
    }

    /** AuxK: dead features predict what the living left over; returns the weighted loss. */
    private double auxiliary(Residual residual, long seen) {
        int[] dead = counts.dead(seen);
        if (dead.length == 0 || config.auxiliaryK() == 0 || !(residual.variance() > 0)) {
            return 0;
        }
        kernels.select(new Selection.DeadTopK(dead, Math.min(Math.min(config.auxiliaryK(), inputWidth), dead.length)));
        double weight = TrainConfig.AUXILIARY_WEIGHT / residual.variance();
        return weight * kernels.decodeAuxiliary(weight);
    }

    /** Whether step {@code t} is the last one of a reporting interval. */
    private boolean closes(long t) {
        return t % config.reportSteps() == 0 || t == config.steps();
    }

    private void report(@Nullable Double cosine) {
        double alive = 1 - (double) counts.deadCount(tokens()) / config.width();
        latest = sums.metrics(alive, cosine, FiringDensity.of(counts.recent(), sums.rows()))
                .withHeldOut(latest.heldOut());
        counts.closeInterval();
        intervalRows = sums.rows();
        sums = MetricSums.NONE;
    }

    /** Whether the last step is one after which held-out rows are looked at: every tenth report and the last. */
    public boolean looks() {
        return step > 0 && (step % (config.reportSteps() * REPORTS_A_LOOK) == 0 || done());
    }

    /** Adds a look at held-out rows to the metrics. */
    public void heldOut(HeldOutMetrics look) {
        latest = latest.withHeldOut(look);
    }

    /** False while the error is far above what it was at the start: such a state is not worth a checkpoint. */
    public boolean calm() {
        return stability.calm();
    }

    public TrainConfig config() {
        return config;
    }

    public long step() {
        return step;
    }

    /** Rows trained on so far. */
    public long tokens() {
        return step * config.batch();
    }

    public boolean done() {
        return step >= config.steps();
    }

    /** Metrics of the last closed reporting interval, a hundredth of the run. */
    public Metrics metrics() {
        return latest;
    }

    /** Firings of each feature in the last quarter of the run, [features]. */
    public long[] firings() {
        return counts.tail().clone();
    }

    /** Rows that {@link #firings} were counted over so far. */
    public long firingRows() {
        return counts.tailRows(step);
    }

    /** Firings of each feature in the reporting interval that the last step closed, [features]. */
    public long[] intervalFirings() {
        return counts.closed().clone();
    }

    /** Rows of the reporting interval that the last step closed. */
    public long intervalRows() {
        return intervalRows;
    }

    /** Features that fired less than {@link TrainConfig#deadAfter} rows ago, [features]. */
    public boolean[] alive() {
        return counts.alive(tokens());
    }

    /** The state after the last step. Its tensors are those of the kernels: copied out one by one, and right until the next. */
    public TrainState snapshot() {
        Map<Quantity, Map<Parameter, float[]>> tensors = new EnumMap<>(Quantity.class);
        for (Quantity quantity : Quantity.values()) {
            if (quantity != Quantity.GRADIENT) {
                tensors.put(quantity, new LiveTensors(kernels, quantity));
            }
        }
        return new TrainState(
                step,
                scale,
                threshold,
                counts.lastFired().clone(),
                counts.tail().clone(),
                counts.recent().clone(),
                stability.best(),
                stability.running(),
                sums,
                latest,
                tensors.getOrDefault(Quantity.VALUE, Map.of()),
                tensors.getOrDefault(Quantity.FIRST_MOMENT, Map.of()),
                tensors.getOrDefault(Quantity.SECOND_MOMENT, Map.of()));
    }

    public void restore(TrainState state) {
        for (Quantity quantity : Quantity.values()) {
            state.tensors(quantity).forEach((parameter, values) -> kernels.put(parameter, quantity, values));
        }
        counts.restore(state);
        stability.restore(state.bestFvu(), state.runningFvu());
        step = state.step();
        scale = state.scale();
        threshold = state.threshold();
        sums = state.sums();
        latest = state.latest();
    }

    /** The inference form for raw activations. */
    public Dictionary export(String model, String hook) {
        return export(model, hook, null);
    }

    /** As {@link #export(String, String)}, of a run that started from a dictionary. */
    public Dictionary export(String model, String hook, DictionaryInfo.@Nullable Continued from) {
        return InferenceForm.of(
                kernels,
                config,
                scale,
                threshold,
                new DictionaryInfo(
                        config.activation().exportedArchitecture(),
                        config.activation().wireName(),
                        config.k(),
                        model,
                        hook,
                        config.seed(),
                        tokens(),
                        latest.l0(),
                        latest.fvu(),
                        from));
    }
}
