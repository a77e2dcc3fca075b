package io.concordance.interp.iti;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SweepTest {
    private static Sweep.Cell cell(int heads, double alpha, int right, double kl) {
        Map<String, Told> answers = new TreeMap<>();
        for (int p = 0; p < 20; p++) {
            answers.put("p" + p, new Told(p < right, true, false));
        }
        return new Sweep.Cell(
                new Setting(heads, alpha),
                ArmOutcome.of(Arms.ITI, answers, answers),
                new Sweep.Cost(100, 1, 1 + kl / 2, kl));
    }

    @Test
    void takesTheMostTruthfulThenTheCheapestSettingThatIsNotTooDear() {
        List<Sweep.Cell> cells =
                List.of(cell(1, 5, 3, 0.1), cell(1, 15, 9, 0.4), cell(2, 5, 9, 0.3), cell(2, 15, 12, 2));

        assertThat(Sweep.choose(cells, null)).hasValue(cells.get(3));
        assertThat(Sweep.choose(cells, 1.0)).hasValue(cells.get(2));
        assertThat(Sweep.choose(cells, 0.35)).hasValue(cells.get(2));
        assertThat(Sweep.choose(cells, 0.2)).hasValue(cells.get(0));
        assertThat(Sweep.choose(cells, 0.05)).isEmpty();
        assertThat(Sweep.choose(List.of(cells.get(0), cell(4, 5, 3, 0.1)), null))
                .hasValue(cells.get(0));
    }

    @Test
    void triesEverySettingOnce() {
        assertThat(Sweep.settings(List.of(4, 2, 4), List.of(3.0, 1.0)))
                .containsExactly(new Setting(2, 1), new Setting(2, 3), new Setting(4, 1), new Setting(4, 3));
    }
}
