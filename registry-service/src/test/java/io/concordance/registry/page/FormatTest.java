package io.concordance.registry.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.statistics.Proportion;
import org.junit.jupiter.api.Test;

class FormatTest {

    @Test
    void writesNumbersSoThatTheirSizeIsPlain() {
        assertThat(Format.number(0)).isEqualTo("0.000");
        assertThat(Format.number(0.5)).isEqualTo("0.500");
        assertThat(Format.number(12.34)).isEqualTo("12.3");
        assertThat(Format.number(1e-7)).isEqualTo("1.0e-07");
        assertThat(Format.number(Double.NaN)).isEqualTo("–");
        assertThat(Format.percent(0.0000012)).isEqualTo("1.2e-04 %");
        assertThat(Format.percent(1)).isEqualTo("100 %");
        assertThat(Format.proportion(Proportion.of(0, 1200)).toString()).isEqualTo("0 of 1,200 (0 %–0.31 %)");
    }
}
