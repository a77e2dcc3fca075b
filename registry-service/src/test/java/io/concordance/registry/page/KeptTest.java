package io.concordance.registry.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KeptTest {

    @Test
    void aYoungValueIsNotFoundOutAgain() {
        AtomicInteger asked = new AtomicInteger();
        Kept<String, Integer> kept = new Kept<>(Duration.ofHours(1), key -> asked.incrementAndGet());

        assertThat(kept.get("a")).isEqualTo(1);
        assertThat(kept.get("a")).isEqualTo(1);
        assertThat(kept.get("b")).isEqualTo(2);
        kept.forget();
        assertThat(kept.get("a")).isEqualTo(3);
    }

    @Test
    void othersGetTheOldValueWhileOneFindsItOut() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        Kept<String, Integer> kept = new Kept<>(Duration.ZERO, key -> {
            int now = asked.incrementAndGet();
            if (now == 2) {
                begun.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return now;
        });
        assertThat(kept.get("a")).isEqualTo(1);

        CompletableFuture<Integer> slow = CompletableFuture.supplyAsync(() -> kept.get("a"));
        begun.await();

        assertThat(kept.get("a")).isEqualTo(1);
        go.countDown();
        assertThat(slow.get()).isEqualTo(2);
    }

    @Test
    void aFailureIsNotKept() {
        AtomicInteger asked = new AtomicInteger();
        Kept<String, Integer> kept = new Kept<>(Duration.ofHours(1), key -> {
            if (asked.incrementAndGet() == 1) {
                throw new IllegalStateException("not now");
            }
            return asked.get();
        });

        assertThatThrownBy(() -> kept.get("a")).hasMessage("not now");
        assertThat(kept.get("a")).isEqualTo(2);
    }
}
