package io.concordance.interp.label;

import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * The background tokens that one feature is silent on, as negatives for its rule: uniformly drawn ones, and hard ones with
 * the ids of its firings, where each id counts as much as it does among the firings.
 */
final class Silence {
    private final Contrast contrast;
    private final BitSet uniform;
    private final double[] hard;
    private final int drawn;
    private final double base;

    Silence(Contrast contrast, int feature, Map<Integer, Double> tokens) {
        this.contrast = contrast;
        this.uniform = contrast.silentUniform(feature);
        this.drawn = uniform.cardinality();
        this.base = (contrast.uniform() - drawn + 0.5) / (contrast.uniform() + 1);
        this.hard = new double[contrast.size()];
        BitSet silent = contrast.silent(feature);
        tokens.forEach((token, share) -> {
            Condition is = new Condition.TokenIn(List.of(token));
            int met = contrast.count(is, silent);
            contrast.visit(is, site -> hard[site] = silent.get(site) ? share / met : 0);
        });
    }

    /** Uniform silent tokens. */
    int drawn() {
        return drawn;
    }

    /** Uniform silent tokens that are this token. */
    int met(int token) {
        return contrast.count(new Condition.TokenIn(List.of(token)), uniform);
    }

    /** Where a rule holds among all background tokens. */
    BitSet where(List<Condition> rule) {
        BitSet where = contrast.where(rule.getFirst());
        rule.stream().skip(1).forEach(c -> where.and(contrast.where(c)));
        return where;
    }

    /**
     * How wrong a rule is: the mean of its rate on hard silent tokens and of the share of silent tokens among all it holds on.
     *
     * @param condition added last
     * @param within where the rest of the rule holds; null for everywhere
     * @param covered share of activation that the rule covers
     */
    double wrong(Condition condition, @org.jspecify.annotations.Nullable BitSet within, double covered) {
        double[] sums = new double[2];
        contrast.visit(condition, site -> {
            if (within == null || within.get(site)) {
                sums[0] += uniform.get(site) ? 1 : 0;
                sums[1] += hard[site];
            }
        });
        double right = covered * base;
        double onSilent = (1 - base) * (sums[0] + 0.5) / (drawn + 1);
        return (onSilent / (right + onSilent) + sums[1]) / 2;
    }
}
