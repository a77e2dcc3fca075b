package io.concordance.registry.page.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ScaleTest {

    @Test
    void ticksAreRoundAndInside() {
        assertThat(new Scale(0, 1, false).ticks()).hasSize(6).first().isEqualTo(0.0);
        assertThat(new Scale(0, 7300, false).ticks()).containsExactly(0.0, 2000.0, 4000.0, 6000.0);
        assertThat(new Scale(-0.06, 1.06, false).ticks())
                .allSatisfy(tick -> assertThat(tick).isBetween(-0.06, 1.06));
        assertThat(new Scale(1e-6, 1, true).ticks())
                .hasSizeBetween(3, 7)
                .allSatisfy(tick -> assertThat(Math.log10(tick) - Math.rint(Math.log10(tick)))
                        .isCloseTo(0, within(1e-9)));
    }

    @Test
    void placesFollowTheAxis() {
        assertThat(new Scale(0, 10, false).at(5)).isEqualTo(0.5);
        assertThat(new Scale(1e-4, 1, true).at(1e-2)).isCloseTo(0.5, within(1e-12));
        assertThat(new Scale(1e-4, 1, true).at(0)).isZero();
    }

    @Test
    void dataWithoutExtentStillHaveAnAxis() {
        assertThat(Scale.fromZero(DoubleStream.of(0, 0)).high()).isPositive();
        assertThat(Scale.fromZero(DoubleStream.of(Double.NaN)).high()).isPositive();
        assertThat(Scale.decades(DoubleStream.empty()).low()).isPositive();
        assertThat(Scale.decades(DoubleStream.of(1)).high()).isGreaterThan(1);
        assertThatThrownBy(() -> new Scale(0, 1, true)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ticksAreWrittenWithoutDigitsThatSayNothing() {
        assertThat(Scale.text(0)).isEqualTo("0");
        assertThat(Scale.text(0.30000000000000004)).isEqualTo("0.3");
        assertThat(Scale.text(2000)).isEqualTo("2000");
        assertThat(Scale.text(1e-4)).isEqualTo("1e-4");
        assertThat(Scale.text(2.5e6)).isEqualTo("2.5e6");
        assertThat(Scale.text(-0.5)).isEqualTo("-0.5");
    }
}
