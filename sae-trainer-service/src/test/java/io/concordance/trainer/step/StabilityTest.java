package io.concordance.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StabilityTest {
    private final Stability stability = new Stability();

    private void observe(int steps, double fvu) {
        for (int i = 0; i < steps; i++) {
            stability.observe(i + 1, 1, fvu);
        }
    }

    @Test
    void anErrorAboveThatOfPredictingTheMeanIsDivergence() {
        observe(100, 0.3);
        assertThatThrownBy(() -> observe(100, 1.4))
                .isInstanceOf(TrainingDiverged.class)
                .hasMessageContaining("lower learningRate")
                .hasMessageContaining("was 0.300 times");
        assertThat(stability.calm()).isFalse();
    }

    @Test
    void oneBadBatchIsNot() {
        observe(100, 0.3);
        observe(1, 27);
        assertThat(stability.calm()).isFalse();
        observe(100, 0.3);
        assertThat(stability.calm()).isTrue();
    }

    @Test
    void aStartThatOvershootsIsTheMeasureOfItsOwnRun() {
        assertThatCode(() -> observe(100, 9)).doesNotThrowAnyException();
        assertThat(stability.calm()).isTrue();
        observe(1000, 2);
        assertThatThrownBy(() -> observe(100, 3)).isInstanceOf(TrainingDiverged.class);
    }

    @Test
    void aLittleWorseForLongIsDivergenceAndForAWhileIsNot() {
        observe(200, 1.3);
        observe(50, 1.45);
        assertThat(stability.calm()).isFalse();
        observe(100, 1.3);
        assertThat(stability.calm()).isTrue();
        assertThatThrownBy(() -> observe(200, 1.45))
                .isInstanceOf(TrainingDiverged.class)
                .hasMessageContaining("was 1.30 times");
    }

    @Test
    void whatIsNotANumberIsDivergenceAtOnce() {
        observe(10, 0.3);
        assertThatThrownBy(() -> stability.observe(11, Double.NaN, 0.3))
                .isInstanceOf(TrainingDiverged.class)
                .hasMessageContaining("step 11");
    }
}
