package io.concordance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SampleTest {
    @Test
    void statesMedianQuartilesAndExtremes() {
        Sample sample = new Sample(4, 1, 3, 2, 10);

        assertThat(sample.median()).isEqualTo(3);
        assertThat(sample.text("%.1f")).isEqualTo("3.0 (2.0 to 4.0, all 1.0 to 10.0, n 5)");
    }

    @Test
    void liesBetweenTheMiddleTwoOfAnEvenNumber() {
        assertThat(new Sample(1, 2).median()).isEqualTo(1.5);
    }
}
