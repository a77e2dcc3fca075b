package io.concordance.contracts.statistics;

import org.jspecify.annotations.Nullable;

/**
 * One item that a person has labelled, beside what a judge said of it.
 *
 * @param judge null when the judge's verdict could not be read
 * @param weight 1 / the probability that the item was chosen for labelling, at least 1
 */
public record JudgedPair(@Nullable Boolean judge, boolean human, double weight) {
    public JudgedPair {
        if (!(weight >= 1) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException("weight: given " + weight + ", allowed 1 or more");
        }
    }
}
