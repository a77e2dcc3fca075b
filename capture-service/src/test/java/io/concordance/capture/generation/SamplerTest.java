package io.concordance.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.concordance.capture.model.ModelRunException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final float[] LOGITS = {0, (float) Math.log(2), (float) Math.log(4), (float) Math.log(3)};

    @Test
    void takesTheFirstOfTheLikeliestTokensAtTemperatureZero() {
        assertThat(new Sampler(0, 1, 5).choose(new float[] {1, 3, 3, 2}, 0, 0)).isEqualTo(1);
    }

    @Test
    void drawsAsOftenAsTheSoftmaxSays() {
        assertThat(shares(new Sampler(1, 1, 9))).containsExactly(new double[] {0.1, 0.2, 0.4, 0.3}, within(0.01));
    }

    @Test
    void dividesLogitsByTheTemperature() {
        // Squares of 1, 2, 4, 3 over their sum.
        assertThat(shares(new Sampler(0.5, 1, 9)))
                .containsExactly(new double[] {1 / 30.0, 4 / 30.0, 16 / 30.0, 9 / 30.0}, within(0.01));
    }

    @Test
    void drawsFromTheSmallestNucleusThatHoldsTopP() {
        assertThat(shares(new Sampler(1, 0.7, 9))).containsExactly(new double[] {0, 0, 4 / 7.0, 3 / 7.0}, within(0.01));
        assertThat(shares(new Sampler(1, 1e-9, 9))).containsExactly(0, 0, 1, 0);
    }

    @Test
    void drawsByDocumentSeedAndStepAlone() {
        Sampler sampler = new Sampler(1, 1, 1);
        int[] one = draws(sampler, Sampler.stream("one"));

        assertThat(draws(new Sampler(1, 1, 1), Sampler.stream("one"))).isEqualTo(one);
        assertThat(draws(sampler, Sampler.stream("two"))).isNotEqualTo(one);
        assertThat(draws(new Sampler(1, 1, 2), Sampler.stream("one"))).isNotEqualTo(one);
    }

    @Test
    void refusesLogitsThatAreNotFinite() {
        assertThatThrownBy(() -> new Sampler(0, 1, 0).choose(new float[] {0, Float.NaN}, 0, 0))
                .isInstanceOf(ModelRunException.class);
        assertThatThrownBy(() -> new Sampler(1, 1, 0).choose(new float[] {0, Float.POSITIVE_INFINITY}, 0, 0))
                .isInstanceOf(ModelRunException.class);
    }

    private static double[] shares(Sampler sampler) {
        double[] shares = new double[LOGITS.length];
        IntStream.range(0, 20_000).forEach(step -> shares[sampler.choose(LOGITS, 1, step)]++);
        Arrays.setAll(shares, i -> shares[i] / 20_000);
        return shares;
    }

    private static int[] draws(Sampler sampler, long stream) {
        return IntStream.range(0, 50)
                .map(step -> sampler.choose(LOGITS, stream, step))
                .toArray();
    }
}
