package io.concordance.trainer.dictionary;

import io.concordance.kit.loop.Loop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells training threads that the service is going down. */
final class StopSignal {
    private static final long PAUSE_MILLIS = 100;

    private final CountDownLatch latch = new CountDownLatch(1);

    void request() {
        latch.countDown();
    }

    boolean requested() {
        return latch.getCount() == 0;
    }

    /** Waits a moment, less when the signal comes. */
    void pause() throws InterruptedException {
        pause(PAUSE_MILLIS);
    }

    void pause(long millis) throws InterruptedException {
        Loop.cameRound();
        latch.await(millis, TimeUnit.MILLISECONDS);
    }
}
