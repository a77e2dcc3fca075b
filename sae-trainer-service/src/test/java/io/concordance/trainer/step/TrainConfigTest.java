package io.concordance.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.problem.FieldProblem;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TrainConfigTest {

    private static TrainConfig of(int width, int k, long tokens, Integer batch, Double rate) {
        return TrainConfig.of(width, k, Activation.TOPK, tokens, 0, batch, rate, 1000);
    }

    @Test
    void aShortRunGetsSmallBatchesAndAHigherRate() {
        TrainConfig config = of(1024, 16, 2_000_000, null, null);
        assertThat(config.batch()).isEqualTo(1024);
        assertThat(config.steps()).isEqualTo(1953);
        assertThat(config.learningRate()).isCloseTo(2.56e-3, within(1e-5));
        assertThat(config.deadAfter()).isEqualTo(250_000);
    }

    @Test
    void aLongRunGetsThePublishedDefaults() {
        TrainConfig config = of(16_384, 32, 500_000_000, null, null);
        assertThat(config.batch()).isEqualTo(4096);
        assertThat(config.learningRate()).isEqualTo(2e-4);
        assertThat(config.deadAfter()).isEqualTo(10_000_000);
    }

    @Test
    void aTinyRunStillHasAStep() {
        assertThat(of(4, 1, 3, null, null).steps()).isEqualTo(1);
        assertThat(of(4, 1, 1, null, null).deadAfter()).isEqualTo(1);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of("width", 0, 1, 10L, null, null),
                Arguments.of("width", TrainConfig.MAX_WIDTH + 1, 1, 10L, null, null),
                Arguments.of("k", 8, 0, 10L, null, null),
                Arguments.of("k", 8, 9, 10L, null, null),
                Arguments.of("tokens", 8, 2, 0L, null, null),
                Arguments.of("tokens", 8, 2, -1L, null, null),
                Arguments.of("batch", 8, 2, 100L, 0, null),
                Arguments.of("batch", 8, 2, 100L, 101, null),
                Arguments.of("batch", 8, 2, Long.MAX_VALUE, TrainConfig.MAX_BATCH + 1, null),
                Arguments.of("learningRate", 8, 2, 100L, null, 0.0),
                Arguments.of("learningRate", 8, 2, 100L, null, 1.5),
                Arguments.of("learningRate", 8, 2, 100L, null, Double.NaN));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void whatCannotBeTrainedIsRefusedByField(String field, int width, int k, long tokens, Integer batch, Double rate) {
        assertThatThrownBy(() -> of(width, k, tokens, batch, rate))
                .isInstanceOfSatisfying(
                        FieldProblem.class,
                        problem -> assertThat(problem.field()).isEqualTo(field));
    }

    @Test
    void activationsHaveTheirWireNames() {
        assertThat(Activation.named("batchtopk")).isEqualTo(Activation.BATCHTOPK);
        assertThatThrownBy(() -> Activation.named("relu")).isInstanceOf(FieldProblem.class);
    }
}
