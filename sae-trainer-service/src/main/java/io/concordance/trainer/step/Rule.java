package io.concordance.trainer.step;

import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Objective;
import io.concordance.trainer.kernel.Selected;
import io.concordance.trainer.kernel.Selection;

/** The part of a step in which architectures differ: which pairs are kept, and what is paid for them. */
final class Rule {
    /**
     * Width of the band around a JumpReLU threshold that the threshold learns from, in scaled units, in which a random
     * direction reads a standard deviation of about 1.
     */
    static final float BANDWIDTH = 0.2f;

    private final TrainConfig config;
    private final KernelShape shape;
    private final int[] prefixes;

    Rule(TrainConfig config, KernelShape shape) {
        this.config = config;
        this.shape = shape;
        this.prefixes = config.prefixes().stream().mapToInt(Integer::intValue).toArray();
    }

    Selection selection() {
        return switch (config.activation()) {
            case STANDARD -> new Selection.Positive();
            case TOPK -> new Selection.TopK(config.k());
            case BATCHTOPK, MATRYOSHKA -> new Selection.BatchTopK(config.k());
            case JUMPRELU -> new Selection.Above(BANDWIDTH);
        };
    }

    /**
     * What to minimise with these pairs.
     *
     * @param ramp factor on penalties, up to 1
     */
    Objective objective(Selected selected, double ramp) {
        double weight = ramp * config.sparsity();
        int[] prefixes = config.prefixes().stream().mapToInt(Integer::intValue).toArray();
        return switch (config.activation()) {
            case STANDARD -> new Objective(prefixes, (float) (weight / Math.sqrt(shape.width()) / shape.batch()), 0, 0);
            case JUMPRELU ->
                new Objective(
                        prefixes, 0, (float) (2 * weight * excess(selected) / config.k() / shape.batch()), BANDWIDTH);
            case TOPK, BATCHTOPK, MATRYOSHKA -> new Objective(prefixes, 0, 0, 0);
        };
    }

    /**
     * The penalty of the pairs: {@code sparsity / sqrt(d) * mean sum z} for ReLU, {@code sparsity (L0 / k - 1)^2} for JumpReLU
     * (Rajamanoharan et al. 2024, appendix F), 0 for the rest.
     */
    double penalty(Selected selected, double ramp) {
        double weight = ramp * config.sparsity();
        return switch (config.activation()) {
            case STANDARD -> weight * selected.activations() / Math.sqrt(shape.width()) / shape.batch();
            case JUMPRELU -> weight * excess(selected) * excess(selected);
            case TOPK, BATCHTOPK, MATRYOSHKA -> 0;
        };
    }

    private double excess(Selected selected) {
        return (double) selected.pairs() / shape.batch() / config.k() - 1;
    }
}
