package io.concordance.bench.resume;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.tensor.SafetensorsWriter;
import org.junit.jupiter.api.Test;

class FinalStateTest {
    private static FinalState state(float weight, String step) {
        byte[] file = new SafetensorsWriter()
                .metadata("step", step)
                .floats("encoder", new long[] {2}, new float[] {1, weight})
                .longs("last_fired", new long[] {1}, new long[] {7})
                .toBytes();
        return FinalState.of(file, "digest");
    }

    @Test
    void seesOneBitOfOneTensor() {
        FinalState expected = state(1, "10");

        assertThat(state(1, "10")).isEqualTo(expected);
        assertThat(state(Math.nextUp(1f), "10")).isNotEqualTo(expected);
        assertThat(expected.tensorsUnlike(state(Math.nextUp(1f), "10"))).isOne();
        assertThat(expected.countersUnlike(state(Math.nextUp(1f), "10"))).isZero();
    }

    @Test
    void seesACounterThatIsOffByOneOrMissing() {
        FinalState expected = state(1, "10");
        FinalState without = FinalState.of(new SafetensorsWriter().toBytes(), "digest");

        assertThat(expected.countersUnlike(state(1, "11"))).isOne();
        assertThat(expected.countersUnlike(without)).isOne();
        assertThat(without.tensorsUnlike(expected)).isEqualTo(2);
    }
}
