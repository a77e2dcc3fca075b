package io.concordance.registry.concern;

import io.concordance.contracts.statistics.Proportion;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;

/**
 * A feature worth proposing.
 *
 * @param evidence the evidence that ranks it
 */
public record Candidate(Feature feature, Evidence evidence) {

    public Proportion recall() {
        return evidence.recall();
    }

    public Proportion falsePositiveRate() {
        return evidence.falsePositiveRate();
    }
}
