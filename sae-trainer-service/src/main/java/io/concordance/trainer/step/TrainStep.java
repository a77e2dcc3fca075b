package io.concordance.trainer.step;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
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

/**
 * Trains a sparse autoencoder step by step: the loss of {@link StepKernels} with AuxK for dead features (Gao et al. 2024),
 * gradient norm clipped at 1, Adam with unit-norm decoder rows, warm-up and decay. Not thread-safe.
 */
public final class TrainStep {
    /** Rows that {@link #initialise} has a use for. */
    public static final int MEDIAN_ROWS = 32_768;

    private static final int REPORTS = 100;
    /** Weight of the newest border in the threshold's running mean, once that many steps have passed. */
    private static final double THRESHOLD_RATE = 0.01;

    private static final double TAIL = 0.75;

    private final TrainConfig config;
    private final StepKernels kernels;
    private final Rule rule;
    private final int inputWidth;
    private final long[] lastFired;
    private final long[] firings;
    private long step;
    private float scale = 1;
    private double threshold;
    private MetricSums sums = MetricSums.NONE;
    private Metrics latest = new Metrics(0, 1, 0, 1);

    /** A step on kernels of the config's width and batch; {@link #initialise} or {@link #restore} comes first. */
    public TrainStep(TrainConfig config, StepKernels kernels) {
        this.config = config;
        this.kernels = kernels;
        this.rule = new Rule(config, kernels.shape());
        this.inputWidth = kernels.shape().width();
        this.lastFired = new long[config.width()];
        this.firings = new long[config.width()];
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
        if (step == 0 && config.activation() == Activation.JUMPRELU) {
            beginThresholds();
        }
        Selected selected = kernels.select(rule.selection());
        double ramp = Schedule.ramp(t, config.steps());
        Objective objective = rule.objective(selected, ramp);
        Residual residual = kernels.decode(objective);
        double loss = residual.nested() / ((double) config.batch() * inputWidth)
                + rule.penalty(selected, ramp)
                + auxiliary(residual, seen);
        if (!Double.isFinite(loss)) {
            throw new TrainingDiverged(t, loss);
        }
        count(kernels.groupByFeature(), t, seen);
        double norm = Math.sqrt(kernels.gradients());
        double clip = norm > TrainConfig.MAX_GRADIENT_NORM ? TrainConfig.MAX_GRADIENT_NORM / norm : 1;
        double rate = config.learningRate() * Schedule.at(t, config.steps());
        kernels.update(AdamStep.at(t, rate, TrainConfig.BETA1, TrainConfig.BETA2, TrainConfig.EPSILON, clip));
        threshold += Math.max(THRESHOLD_RATE, 1.0 / t) * (selected.threshold() - threshold);
        sums = sums.plus(residual.squares(), moments.variance(), loss, selected.pairs(), config.batch());
        step = t;
        return report();
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
        int[] dead = dead(seen);
        if (dead.length == 0 || config.auxiliaryK() == 0 || !(residual.variance() > 0)) {
            return 0;
        }
        kernels.select(new Selection.DeadTopK(dead, Math.min(Math.min(config.auxiliaryK(), inputWidth), dead.length)));
        double weight = TrainConfig.AUXILIARY_WEIGHT / residual.variance();
        return weight * kernels.decodeAuxiliary(weight);
    }

    private int[] dead(long seen) {
        int[] dead = new int[deadCount(seen)];
        int count = 0;
        for (int f = 0; count < dead.length; f++) {
            if (isDead(f, seen)) {
                dead[count++] = f;
            }
        }
        return dead;
    }

    private int deadCount(long seen) {
        int count = 0;
        for (int f = 0; f < lastFired.length; f++) {
            count += isDead(f, seen) ? 1 : 0;
        }
        return count;
    }

    private boolean isDead(int feature, long seen) {
        return seen - lastFired[feature] > config.deadAfter();
    }

    private void count(int[] fired, long t, long seen) {
        boolean tail = t > tailStart();
        for (int f = 0; f < fired.length; f++) {
            if (fired[f] > 0) {
                lastFired[f] = seen;
                firings[f] += tail ? fired[f] : 0;
            }
        }
    }

    private long tailStart() {
        return (long) (TAIL * config.steps());
    }

    private boolean report() {
        if (step % Math.max(1, config.steps() / REPORTS) != 0 && !done()) {
            return false;
        }
        double alive = 1 - (double) deadCount(tokens()) / config.width();
        latest = sums.metrics(alive);
        sums = MetricSums.NONE;
        return true;
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
        return firings.clone();
    }

    /** Rows that {@link #firings} were counted over so far. */
    public long firingRows() {
        return Math.max(0, step - tailStart()) * config.batch();
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
                lastFired.clone(),
                firings.clone(),
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
        System.arraycopy(state.lastFired(), 0, lastFired, 0, lastFired.length);
        System.arraycopy(state.firings(), 0, firings, 0, firings.length);
        step = state.step();
        scale = state.scale();
        threshold = state.threshold();
        sums = state.sums();
        latest = state.latest();
    }

    /**
     * The inference form for raw activations. The input scale s is folded into the biases and the threshold, which are
     * divided by it, so that encoder and unit-norm decoder stay as trained and activations come out in raw units.
     */
    public Dictionary export(String model, String hook) {
        return new Dictionary(
                inputWidth,
                config.width(),
                kernels.get(Parameter.ENCODER, Quantity.VALUE),
                unscaled(Parameter.ENCODER_BIAS),
                kernels.get(Parameter.DECODER, Quantity.VALUE),
                unscaled(Parameter.DECODER_BIAS),
                thresholds(),
                new DictionaryInfo(
                        config.activation().exportedArchitecture(),
                        config.activation().wireName(),
                        config.k(),
                        model,
                        hook,
                        config.seed(),
                        tokens(),
                        latest.l0(),
                        latest.fvu()));
    }

    /** Thresholds of the inference form in raw units, [features]. */
    private float[] thresholds() {
        float[] thresholds = new float[config.width()];
        switch (config.activation()) {
            case STANDARD -> Arrays.fill(thresholds, 0);
            case TOPK, BATCHTOPK, MATRYOSHKA -> Arrays.fill(thresholds, (float) (threshold / scale));
            case JUMPRELU -> {
                float[] logarithms = kernels.get(Parameter.THRESHOLD, Quantity.VALUE);
                for (int f = 0; f < thresholds.length; f++) {
                    thresholds[f] = (float) (StrictMath.exp(logarithms[f]) / scale);
                }
            }
        }
        return thresholds;
    }

    private float[] unscaled(Parameter parameter) {
        float[] values = kernels.get(parameter, Quantity.VALUE);
        for (int i = 0; i < values.length; i++) {
            values[i] /= scale;
        }
        return values;
    }
}
