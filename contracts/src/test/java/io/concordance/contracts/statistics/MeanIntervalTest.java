package io.concordance.contracts.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import org.junit.jupiter.api.Test;

class MeanIntervalTest {
    @Test
    void agreesWithScipy() {
        // scipy.stats.t.interval(0.95, 4, loc=np.mean(x), scale=scipy.stats.sem(x))
        MeanInterval interval = MeanInterval.of(1, 2, 4, 8, 16);

        assertThat(interval.mean()).isCloseTo(6.2, offset(1e-12));
        assertThat(interval.low()).isCloseTo(-1.3731325, offset(1e-6));
        assertThat(interval.high()).isCloseTo(13.7731325, offset(1e-6));
    }

    @Test
    void hasNoIntervalForOneValue() {
        assertThatThrownBy(() -> MeanInterval.of(1)).hasMessageContaining("1 values");
    }
}
