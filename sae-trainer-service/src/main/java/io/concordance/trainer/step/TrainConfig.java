package io.concordance.trainer.step;

import io.concordance.contracts.problem.FieldProblem;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything besides the data that decides the bytes of a dictionary. Kept with the run when it is accepted, so that a
 * later change of defaults changes no run.
 *
 * @param width F, number of features
 * @param k number of active features a row that the rule keeps or aims at; of no effect for {@link Activation#STANDARD}
 * @param tokens rows to train on, counting every epoch
 * @param batch rows a step
 * @param learningRate peak of the schedule
 * @param windowRows rows that are shuffled together
 * @param auxiliaryK most pairs of dead features a row in the auxiliary loss; never more than values a row; 0 for none
 * @param deadAfter rows without a firing after which a feature counts as dead
 * @param sparsity weight of the penalty of {@link Activation#STANDARD} and {@link Activation#JUMPRELU}; 0 for the others
 * @param prefixes numbers of leading features that reconstruct on their own, ascending, the last one {@code width}; more
 *     than one for {@link Activation#MATRYOSHKA} alone
 * @param position what is done about token position
 * @param heldOut share of the slices that are never trained on and that the dictionary is looked at with
 */
public record TrainConfig(
        int width,
        int k,
        Activation activation,
        long tokens,
        long seed,
        int batch,
        double learningRate,
        int windowRows,
        int auxiliaryK,
        long deadAfter,
        double sparsity,
        List<Integer> prefixes,
        Position position,
        double heldOut) {
    /** Weight of the auxiliary loss (Gao et al. 2024, appendix A.2). */
    static final double AUXILIARY_WEIGHT = 1 / 32.0;

    static final double MAX_GRADIENT_NORM = 1;
    static final double BETA1 = 0.9;
    static final double BETA2 = 0.999;
    static final double EPSILON = 1e-8;

    static final int REPORTS = 100;
    public static final int MAX_WIDTH = 1 << 20;
    public static final int MAX_BATCH = 1 << 16;
    private static final int DEFAULT_MAX_BATCH = 4096;
    private static final int MIN_BATCH = 64;
    private static final int WANTED_STEPS = 1500;
    private static final long DEAD_AFTER = 10_000_000;
    private static final int DEAD_SHARE = 8;
    private static final double RATE = 2e-4;
    private static final double RATE_WIDTH = 1 << 14;
    private static final double RATE_STEPS = 20_000;
    private static final double SHORT_RUN_FACTOR = 4;
    private static final double MAX_RATE = 3e-3;
    private static final int AUXILIARY_K = 256;
    private static final int NESTING = 4;
    private static final int MAX_PREFIXES = 16;
    private static final double MAX_SPARSITY = 1e6;
    private static final double HELD_OUT = 0.05;
    private static final double MAX_HELD_OUT = 0.5;

    /**
     * Checks what a request says and fills in what it leaves open. Batch: the power of two that gives a short run 1500 to
     * 3000 steps, 64 to 4096 rows. Learning rate: 2e-4 / sqrt(width / 2^14) (Gao et al. 2024), raised by
     * sqrt(20000 / steps) for a shorter run, four-fold at most and never above 3e-3. Dead after 10 million rows, or an
     * eighth of a run shorter than 80 million.
     *
     * @throws FieldProblem naming the field of the request
     */
    public static TrainConfig of(
            int width,
            int k,
            Activation activation,
            long tokens,
            long seed,
            @Nullable Integer batch,
            @Nullable Double learningRate,
            int windowRows) {
        if (width <= 0 || width > MAX_WIDTH) {
            throw new FieldProblem("width", width, "1 to " + MAX_WIDTH);
        }
        if (activation.aimsAtK() && (k <= 0 || k > width)) {
            throw new FieldProblem("k", k, "1 to width, which is " + width);
        }
        if (tokens <= 0) {
            throw new FieldProblem("tokens", tokens, "more than 0");
        }
        if (batch != null && (batch <= 0 || batch > MAX_BATCH || batch > tokens)) {
            throw new FieldProblem("batch", batch, "1 to " + MAX_BATCH + ", and no more than tokens");
        }
        if (learningRate != null && !(learningRate > 0 && learningRate <= 1)) {
            throw new FieldProblem("learningRate", learningRate, "more than 0 and at most 1");
        }
        int rows = batch == null ? defaultBatch(tokens) : batch;
        return new TrainConfig(
                width,
                k,
                activation,
                tokens,
                seed,
                rows,
                learningRate == null ? defaultRate(width, tokens / rows) : learningRate,
                windowRows,
                AUXILIARY_K,
                Math.min(DEAD_AFTER, Math.max(1, tokens / DEAD_SHARE)),
                defaultSparsity(activation),
                activation == Activation.MATRYOSHKA ? nested(width) : List.of(width),
                Position.NONE,
                HELD_OUT);
    }

    /**
     * 0.08 for ReLU, which shrinks activations by about 0.04 sqrt(d) where rows have norm sqrt(d): the 5 of Anthropic (April
     * 2024) at a few thousand coordinates. 1 for JumpReLU.
     */
    private static double defaultSparsity(Activation activation) {
        return switch (activation) {
            case STANDARD -> 0.08;
            case JUMPRELU -> 1;
            case TOPK, BATCHTOPK, MATRYOSHKA -> 0;
        };
    }

    /** A sixteenth, an eighth, a quarter, half and all of the features. */
    private static List<Integer> nested(int width) {
        return IntStream.rangeClosed(0, NESTING)
                .mapToObj(i -> Math.max(1, width >> NESTING - i))
                .distinct()
                .toList();
    }

    /**
     * The same with another weight of the penalty.
     *
     * @throws FieldProblem when there is no penalty to weigh
     */
    public TrainConfig sparsity(double weight) {
        if (sparsity == 0) {
            throw new FieldProblem("sparsity", weight, "no such field with activation " + activation.wireName());
        }
        if (!(weight > 0 && weight <= MAX_SPARSITY)) {
            throw new FieldProblem("sparsity", weight, "more than 0 and at most " + MAX_SPARSITY);
        }
        return with(weight, prefixes, position, heldOut);
    }

    /**
     * The same with other nested reconstructions.
     *
     * @throws FieldProblem unless they ascend to {@code width} and the activation nests
     */
    public TrainConfig prefixes(List<Integer> ascending) {
        if (activation != Activation.MATRYOSHKA) {
            throw new FieldProblem("prefixes", ascending, "no such field with activation " + activation.wireName());
        }
        boolean rising = IntStream.range(1, ascending.size()).allMatch(i -> ascending.get(i) > ascending.get(i - 1));
        if (ascending.isEmpty()
                || ascending.size() > MAX_PREFIXES
                || ascending.getFirst() <= 0
                || !rising
                || ascending.getLast() != width) {
            throw new FieldProblem(
                    "prefixes",
                    ascending,
                    "1 to " + MAX_PREFIXES + " ascending numbers of features, the last " + width);
        }
        return with(sparsity, ascending, position, heldOut);
    }

    /** The same with another rule for position. */
    public TrainConfig position(Position other) {
        return with(sparsity, prefixes, other, heldOut);
    }

    /**
     * The same with another share of slices held out.
     *
     * @throws FieldProblem unless it is 0 to a half
     */
    public TrainConfig heldOut(double share) {
        if (!(share >= 0 && share <= MAX_HELD_OUT)) {
            throw new FieldProblem("heldOut", share, "0 to " + MAX_HELD_OUT);
        }
        return with(sparsity, prefixes, position, share);
    }

    private TrainConfig with(double weight, List<Integer> ascending, Position other, double share) {
        return new TrainConfig(
                width,
                k,
                activation,
                tokens,
                seed,
                batch,
                learningRate,
                windowRows,
                auxiliaryK,
                deadAfter,
                weight,
                ascending,
                other,
                share);
    }

    public TrainConfig {
        prefixes = List.copyOf(prefixes);
    }

    private static int defaultBatch(long tokens) {
        long wanted = Math.max(
                MIN_BATCH, Math.min(DEFAULT_MAX_BATCH, Long.highestOneBit(Math.max(1, tokens / WANTED_STEPS))));
        return (int) Math.min(wanted, tokens);
    }

    private static double defaultRate(int width, long steps) {
        double shortRun = Math.clamp(Math.sqrt(RATE_STEPS / steps), 1, SHORT_RUN_FACTOR);
        return Math.min(MAX_RATE, shortRun * RATE / Math.sqrt(width / RATE_WIDTH));
    }

    /** Steps of the whole run; rows that do not fill a last batch are left out. */
    public long steps() {
        return tokens / batch;
    }

    /** Steps between two reports: a hundredth of the run. */
    public long reportSteps() {
        return Math.max(1, steps() / REPORTS);
    }
}
