package io.concordance.interp.feature;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.contracts.event.FeatureScored;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts the labels that this process stated, and how well they predict where their features fire: one series an explainer and
 * statistic. Labels of language models are counted with every score that they got, adopted or not.
 */
@ApplicationScoped
public class LabelMeters {
    private final MeterRegistry registry;

    LabelMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** The events were stored; whoever repeats them calls this again. */
    public void stated(List<? extends Event<?>> events) {
        for (Event<?> event : events) {
            if (event.data() instanceof FeatureExplained label) {
                registry.counter("concordance.autointerp.labels", "explainer", label.explainer())
                        .increment();
                FeatureExplained.Score score = label.score();
                // A model's label comes with its scores.
                if (score != null && label.model() == null) {
                    score(label.explainer(), score.kind(), score.value());
                }
            } else if (event.data() instanceof FeatureScored scored) {
                FeatureScored.Estimate estimate = scored.estimate();
                score(scored.explainer(), scored.kind(), estimate == null ? null : estimate.value());
            }
        }
    }

    private void score(String explainer, String statistic, @Nullable Double value) {
        if (value != null) {
            registry.summary("concordance.autointerp.label.score", "explainer", explainer, "statistic", statistic)
                    .record(value);
        }
    }
}
