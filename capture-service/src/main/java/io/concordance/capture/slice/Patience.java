package io.concordance.capture.slice;

import io.concordance.kit.store.ObjectStoreException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Repeats a step for as long as the object store or the database is away. */
final class Patience {
    private static final Logger LOG = Logger.getLogger(Patience.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final CountDownLatch stopped = new CountDownLatch(1);

    /** The service stops while a step could not be done; the work is left to whoever gets it next. */
    static final class Stopped extends RuntimeException {
        Stopped(Throwable cause) {
            super("stopped while waiting", cause);
        }
    }

    /** Ends all waiting. */
    void stop() {
        stopped.countDown();
    }

    /** The step's result; failures that waiting does not mend are thrown. */
    <T> T until(String what, Supplier<T> step) {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                return step.get();
            } catch (RuntimeException e) {
                if (!isTransient(e)) {
                    throw e;
                }
                LOG.warnf("%s: again in %d ms (%s)", what, pause.toMillis(), e.getMessage());
                await(pause, e);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }

    private void await(Duration pause, RuntimeException cause) {
        try {
            if (stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Stopped(cause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Stopped(cause);
        }
    }

    private static boolean isTransient(RuntimeException e) {
        return e.getClass() == ObjectStoreException.class || PostgresFailures.isTransient(e);
    }
}
