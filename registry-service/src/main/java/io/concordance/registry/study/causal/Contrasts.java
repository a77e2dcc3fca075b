package io.concordance.registry.study.causal;

import io.concordance.contracts.event.FeatureAttributed.Contrast;
import io.concordance.contracts.statistics.Proportion;
import org.jspecify.annotations.Nullable;

/** Rates of the action in what a model wrote, unchanged and changed. */
public final class Contrasts {
    private Contrasts() {}

    /**
     * {@code 1 - P(bad | ablated) / P(bad)}. The interval takes both rates at the far ends of their exact 95 % intervals, so
     * it covers at least as often.
     *
     * @return null when the unchanged model never acted: there is nothing to be necessary for
     */
    public static @Nullable Contrast necessity(int prompts, int bad, int badWithout) {
        if (bad == 0) {
            return null;
        }
        Proportion plain = Proportion.of(bad, prompts);
        Proportion without = Proportion.of(badWithout, prompts);
        return new Contrast(
                prompts,
                bad,
                badWithout,
                1 - without.rate() / plain.rate(),
                1 - without.high() / plain.low(),
                1 - without.low() / plain.high());
    }

    /** {@code P(bad | steered)} after clean prompts, with its exact 95 % interval. */
    public static @Nullable Contrast sufficiency(int prompts, int bad, int badWith) {
        if (prompts == 0) {
            return null;
        }
        Proportion with = Proportion.of(badWith, prompts);
        return new Contrast(prompts, bad, badWith, with.rate(), with.low(), with.high());
    }
}
