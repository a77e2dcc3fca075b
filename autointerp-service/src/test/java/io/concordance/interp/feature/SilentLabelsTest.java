package io.concordance.interp.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.interp.feature.Neighbours.Neighbour;
import io.concordance.interp.label.Explanation;
import io.concordance.interp.label.Labelled;
import io.concordance.interp.label.TokenText;
import io.concordance.interp.logit.LogitEffects;
import io.concordance.interp.logit.LogitEffects.Effect;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SilentLabelsTest {
    private static final SilentLabels LABELS = new SilentLabels(
            TokenText.ids(),
            Arrays.asList(
                    null,
                    new Labelled(1, new Explanation("fires on token `x`", null, List.of()), null, null, null, null)));
    private static final LogitEffects EFFECTS = new LogitEffects(
            1, 4, List.of(new Effect(7, 6), new Effect(9, 5), new Effect(3, 3.9)), List.of(new Effect(2, -4.5)));

    @Test
    void nameOnlyTokensThatChanceDoesNotExplainAndAFeatureThatPointsTheSameWay() {
        FeatureReport.Label label = LABELS.of(EFFECTS, List.of(new Neighbour(1, 0.875)));

        assertThat(label.text())
                .isEqualTo("never fired; promotes `#7`, `#9`; suppresses `#2`;"
                        + " points as feature 1 (cosine 0.88), which fires on token `x`");
        assertThat(label.trustTier()).isEqualTo("decoder-only");
        assertThat(label.rule()).isNull();
        assertThat(label.score()).isNull();
    }

    @Test
    void sayNothingWhereThereIsNothingToSay() {
        LogitEffects even = new LogitEffects(1, 10, EFFECTS.promoted(), EFFECTS.suppressed());

        assertThat(LABELS.of(even, List.of(new Neighbour(1, 0.49)))).isNull();
        assertThat(LABELS.of(null, List.of())).isNull();
    }
}
