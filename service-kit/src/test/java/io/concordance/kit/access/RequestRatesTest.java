package io.concordance.kit.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RequestRatesTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong();

    @Test
    void aCredentialHasItsBurstAndThenItsRate() {
        RequestRates rates = new RequestRates(2, 3, now::get);

        assertThat(IntStream.range(0, 4).map(i -> rates.take("a"))).containsExactly(0, 0, 0, 1);
        now.addAndGet(SECOND);
        assertThat(IntStream.range(0, 3).map(i -> rates.take("a"))).containsExactly(0, 0, 1);
        now.addAndGet(60 * SECOND);
        assertThat(IntStream.range(0, 4).map(i -> rates.take("a"))).containsExactly(0, 0, 0, 1);
    }

    @Test
    void oneCredentialDoesNotUseUpAnothersRequests() {
        RequestRates rates = new RequestRates(1, 1, now::get);
        rates.take("a");

        assertThat(rates.take("a")).isEqualTo(1);
        assertThat(rates.take("b")).isZero();
    }

    @Test
    void withoutARateNothingIsRefused() {
        RequestRates rates = new RequestRates(0, 1, now::get);

        assertThat(IntStream.range(0, 1000).map(i -> rates.take("a"))).containsOnly(0);
    }
}
