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

    @Test
    void saysWhatFewOrNoneAre() {
        assertThat(Format.firings(8)).isEqualTo("8 firings");
        assertThat(Format.firings(1)).isEqualTo("1 firing");
        assertThat(Format.bound(0, 1_200_000, "sessions")).isEqualTo("0 of 1,200,000 sessions, at most 2.5e-06");
        assertThat(Format.bound(0, 0, "sessions")).isEqualTo("no sessions yet");
    }

    @Test
    void aTimeThatIsNoneIsEmpty() {
        assertThat(Format.time("2026-11-23T12:40:11.648531722Z")).isEqualTo("2026-11-23 12:40");
        assertThat(Format.time("")).isEmpty();
        assertThat(Format.time("<b>")).isEmpty();
    }
}
