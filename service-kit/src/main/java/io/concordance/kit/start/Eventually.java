package io.concordance.kit.start;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Does something at start, again and again until it succeeds. The service waits a little for it and then starts all the
 * same, not ready.
 */
public final class Eventually {
    private static final Logger LOG = Logger.getLogger(Eventually.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final String what;
    private final Step step;
    private final CountDownLatch done = new CountDownLatch(1);

    /** An attempt; whatever it throws means that it is to be repeated. */
    @FunctionalInterface
    public interface Step {
        void run() throws Exception;
    }

    private Eventually(String what, Step step) {
        this.what = what;
        this.step = step;
    }

    /** Begins, and returns when it is done or after 10 seconds. */
    public static Eventually start(String what, Step step) throws InterruptedException {
        Eventually eventually = new Eventually(what, step);
        Thread.ofPlatform().daemon().name(what).start(eventually::repeat);
        eventually.done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        return eventually;
    }

    public boolean isDone() {
        return done.getCount() == 0;
    }

    private void repeat() {
        while (!isDone()) {
            try {
                step.run();
                done.countDown();
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                LOG.warnf("%s: not yet (%s)", what, e);
                try {
                    Thread.sleep(PAUSE);
                } catch (InterruptedException stopped) {
                    return;
                }
            }
        }
    }
}
