package io.concordance.capture.intervention;

import org.jspecify.annotations.Nullable;

/**
 * How an intervention moves next-token predictions, summed over predicted tokens; in nats. Sums of parts add up in the
 * order they are added.
 *
 * @param tokens predicted: every token of a document but its first
 * @param clean cross-entropy of the unmodified model
 * @param zero cross-entropy with the hooks' values set to zero at the same positions
 * @param patched cross-entropy with the interventions
 * @param kl Kullback-Leibler divergence of the patched from the clean distribution, {@code KL(clean || patched)}
 */
public record LossSums(long tokens, double clean, double zero, double patched, double kl) {
    public static final LossSums NONE = new LossSums(0, 0, 0, 0, 0);

    public LossSums plus(LossSums other) {
        return new LossSums(
                tokens + other.tokens, clean + other.clean, zero + other.zero, patched + other.patched, kl + other.kl);
    }

    /**
     * Means of an arm.
     *
     * @param ceLossRecovered {@code (zero - patched) / (zero - clean)}; null when zeroing does not change the loss
     */
    public record Loss(
            String arm,
            long tokens,
            @Nullable Double ceClean,
            @Nullable Double ceZero,
            @Nullable Double cePatched,
            @Nullable Double ceLossRecovered,
            @Nullable Double kl) {}

    /**
     * Per-token means.
     *
     * @param ce whether cross-entropy was asked for
     * @param divergence whether the divergence was asked for
     */
    public Loss means(String arm, boolean ce, boolean divergence) {
        if (tokens == 0) {
            return new Loss(arm, 0, null, null, null, null, null);
        }
        boolean recovers = ce && zero != clean;
        return new Loss(
                arm,
                tokens,
                ce ? clean / tokens : null,
                ce ? zero / tokens : null,
                ce ? patched / tokens : null,
                recovers ? (zero - patched) / (zero - clean) : null,
                divergence ? kl / tokens : null);
    }

    /**
     * {@code -log softmax(logits)[target]}.
     *
     * @param logits {@code [vocabulary]}
     */
    public static double crossEntropy(float[] logits, int target) {
        return logSumExp(logits) - logits[target];
    }

    /** {@code Σ_v p_v (log p_v - log q_v)} of the distributions of two rows of logits. */
    public static double divergence(float[] p, float[] q) {
        double logP = logSumExp(p);
        double logQ = logSumExp(q);
        double sum = 0;
        for (int v = 0; v < p.length; v++) {
            double log = p[v] - logP;
            sum += Math.exp(log) * (log - (q[v] - logQ));
        }
        return sum;
    }

    private static double logSumExp(float[] logits) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp((double) logit - largest);
        }
        return largest + Math.log(sum);
    }
}
