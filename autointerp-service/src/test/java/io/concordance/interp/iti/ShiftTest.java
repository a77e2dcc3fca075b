package io.concordance.interp.iti;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.statistics.Auroc;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.interp.probe.HeadProbe;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShiftTest {
    private static final List<HeadProbe> RANKED = List.of(
            head("z0", 1, 0.5, 0, 1), head("z1", 0, 2, 1, 0), head("z0", 0, 3, 0.6f, 0.8f), head("z1", 1, 1, 1, 0));

    private static HeadProbe head(String hook, int head, double sigma, float... direction) {
        return new HeadProbe(
                hook,
                head,
                Proportion.of(1, 2),
                Auroc.of(new double[] {1}, new double[] {0}),
                10,
                10,
                10,
                10,
                direction,
                sigma);
    }

    @Test
    void isAlphaSigmaAlongTheBestHeadsInTheirPlaces() {
        Map<String, float[]> vectors = Shift.along(RANKED, new Setting(2, 3)).vectors();

        assertThat(vectors).containsOnlyKeys("z0", "z1");
        assertThat(vectors.get("z0")).containsExactly(0, 0, 0, 1.5f);
        assertThat(vectors.get("z1")).containsExactly(6, 0, 0, 0);
    }

    @Test
    void controlsAreAsLong() {
        Setting setting = new Setting(2, 3);
        Map<String, float[]> directions =
                Shift.randomDirections(RANKED, setting, 1).vectors();
        Map<String, float[]> heads = Shift.randomHeads(RANKED, setting, 1).vectors();

        assertThat(norm(directions.get("z0"), 2)).isCloseTo(1.5, within(1e-5));
        assertThat(norm(directions.get("z1"), 0)).isCloseTo(6, within(1e-5));
        assertThat(directions.get("z1")).isNotEqualTo(new float[] {6, 0, 0, 0});
        assertThat(norm(heads.get("z0"), 2) + norm(heads.get("z1"), 0))
                .as("none of the chosen heads")
                .isZero();
        assertThat(norm(heads.get("z0"), 0) + norm(heads.get("z1"), 2)).isCloseTo(7.5, within(1e-5));
        assertThat(Shift.randomDirections(RANKED, setting, 1).vectors().get("z0"))
                .containsExactly(directions.get("z0"));
        assertThatThrownBy(() -> Shift.randomHeads(RANKED, new Setting(3, 1), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static double norm(float[] values, int from) {
        return Math.hypot(values[from], values[from + 1]);
    }
}
