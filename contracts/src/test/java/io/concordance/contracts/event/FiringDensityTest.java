package io.concordance.contracts.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiringDensityTest {

    @Test
    void ratesFallIntoHalfDecades() {
        FiringDensity density = FiringDensity.of(new long[] {0, 1, 3, 4, 10, 99, 100, 1000, 1000}, 1000);

        assertThat(density.silent()).isEqualTo(1);
        assertThat(density.features()).containsExactly(0, 0, 0, 0, 0, 0, 2, 1, 1, 1, 1, 2);
    }

    @Test
    void ratesBelowOneInAMillionAreInTheFirstBin() {
        assertThat(FiringDensity.of(new long[] {1}, 1_000_000_000).features().getFirst())
                .isEqualTo(1);
    }
}
