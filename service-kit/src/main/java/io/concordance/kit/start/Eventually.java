package io.concordance.kit.start;

import io.concordance.kit.loop.Loop;
import io.concordance.kit.loop.Loops;
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
    private static final Duration LONGEST_ATTEMPT = Duration.ofMinutes(3);

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
    public static Eventually start(Loops loops, String what, Step step) throws InterruptedException {
        Eventually eventually = new Eventually(what, step);
        loops.once(what, LONGEST_ATTEMPT, eventually::repeat);
        eventually.done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        return eventually;
    }

    public boolean isDone() {
        return done.getCount() == 0;
    }

    private boolean repeat() throws InterruptedException {
        while (!isDone()) {
            Loop.cameRound();
            try {
                step.run();
                done.countDown();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                LOG.warnf("%s: not yet (%s)", what, e);
                Thread.sleep(PAUSE);
            }
        }
        return true;
    }
}
