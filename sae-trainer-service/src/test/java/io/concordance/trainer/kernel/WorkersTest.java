package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkersTest {

    @Test
    void everyUnitRunsExactlyOnce() {
        AtomicIntegerArray runs = new AtomicIntegerArray(1000);
        try (Workers workers = new Workers(3)) {
            workers.run(1000, (unit, worker) -> runs.incrementAndGet(unit));
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(runs.get(i)).isOne();
        }
    }

    @Test
    void aFailingUnitFailsThePhase() {
        try (Workers workers = new Workers(2)) {
            assertThatThrownBy(() -> workers.run(8, (unit, worker) -> {
                        if (unit == 5) {
                            throw new IllegalStateException("unit 5");
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}
