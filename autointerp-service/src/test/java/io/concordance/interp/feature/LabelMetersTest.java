package io.concordance.interp.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.contracts.event.FeatureScored;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LabelMetersTest {
    private static final String STATISTIC = "detection-balanced-accuracy";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LabelMeters meters = new LabelMeters(registry);

    @Test
    void everyLabelCountsOnceAndEveryScoreThatItGot() {
        meters.stated(List.of(
                event(explained("offline", null, 0.75)),
                event(new FeatureExplained("f", "d", 1, "label", "offline", "1", "offline-statistics", 3, null))));
        meters.stated(List.of(
                event(scored(STATISTIC, 0.5)),
                event(scored("fuzzing-auroc", null)),
                event(explained("chat", "simple", 0.5))));
        meters.stated(List.of(event(scored(STATISTIC, 1.0))));

        assertThat(registry.get("concordance.autointerp.labels")
                        .tag("explainer", "offline")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("concordance.autointerp.labels")
                        .tag("explainer", "chat")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(summary("offline").count()).isEqualTo(1);
        assertThat(summary("offline").mean()).isEqualTo(0.75);
        assertThat(summary("chat").count()).isEqualTo(2);
        assertThat(summary("chat").mean()).isEqualTo(0.75);
        assertThat(registry.find("concordance.autointerp.label.score")
                        .tag("statistic", "fuzzing-auroc")
                        .summary())
                .isNull();
    }

    private DistributionSummary summary(String explainer) {
        return registry.get("concordance.autointerp.label.score")
                .tag("explainer", explainer)
                .tag("statistic", STATISTIC)
                .summary();
    }

    private static FeatureExplained explained(String explainer, @Nullable String model, double value) {
        return new FeatureExplained(
                "f",
                "d",
                0,
                "label",
                explainer,
                "1",
                "tier",
                3,
                new FeatureExplained.Score(STATISTIC, value, 0, 1, 10, 0),
                model,
                model);
    }

    private static FeatureScored scored(String kind, @Nullable Double value) {
        return new FeatureScored(
                "f",
                "d",
                0,
                "label",
                "chat",
                "1",
                "tier",
                "simple",
                "detection",
                kind,
                value == null ? null : new FeatureScored.Estimate(value, 0, 1),
                10,
                0,
                value == null ? "fewer than 5" : null,
                null,
                false);
    }

    private static Event<?> event(Object data) {
        return Event.of("/concordance/autointerp", "f", data);
    }
}
