package io.concordance.kit.loop;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Work that goes round until it is stopped, on a thread of its own. It is well while it comes round within its limit;
 * it is not once it has ended in any other way than by being stopped. Safe for use by any thread.
 */
public final class Loop {
    private static final Logger LOG = Logger.getLogger(Loop.class);
    private static final ScopedValue<Loop> CURRENT = ScopedValue.newInstance();

    private final String name;
    private final Duration limit;
    private final LongSupplier nanoTime;
    private volatile long cameRound;
    private volatile boolean stopping;
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Thread thread;

    /** What a loop does. Whatever it throws without having been stopped ends the loop and the service's liveness. */
    @FunctionalInterface
    public interface Body<T extends @Nullable Object> {
        T run() throws Exception;
    }

    /**
     * @param limit longest time between two rounds; zero for no limit
     * @param nanoTime a clock such as {@link System#nanoTime()}
     */
    Loop(String name, Duration limit, LongSupplier nanoTime) {
        this.name = name;
        this.limit = limit;
        this.nanoTime = nanoTime;
        this.cameRound = nanoTime.getAsLong();
    }

    /**
     * Says that the loop this thread runs, if it runs one, got somewhere: a round, a step, a wait for something that is
     * known to be missing.
     */
    public static void cameRound() {
        if (CURRENT.isBound()) {
            Loop loop = CURRENT.get();
            loop.cameRound = loop.nanoTime.getAsLong();
        }
    }

    /** Interrupts the loop and waits for its end, no longer than {@code patience}. */
    public void stop(Duration patience) throws InterruptedException {
        stopping = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
        await(patience);
    }

    /** Waits for the end of a loop that has been told to stop otherwise, no longer than {@code patience}. */
    public void await(Duration patience) throws InterruptedException {
        stopping = true;
        Thread running = thread;
        if (running != null) {
            running.join(patience);
        }
    }

    void start(Body<?> body, boolean endless, Runnable whenOver) {
        thread = Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                run(body);
                if (endless && !stopping) {
                    fail(new IllegalStateException("ended although nobody stopped it"));
                }
            } catch (Exception | Error e) {
                if (!stopping || e instanceof Error) {
                    fail(e);
                }
            } finally {
                ended = true;
                whenOver.run();
            }
        });
    }

    /** Runs {@code body} on this thread, as a round of this loop. */
    <T extends @Nullable Object> T run(Body<T> body) throws Exception {
        return ScopedValue.where(CURRENT, this).call(body::run);
    }

    void fail(Throwable cause) {
        failure = cause;
        LOG.errorf(cause, "The loop %s ended; this process should be started again", name);
    }

    void stopping() {
        stopping = true;
    }

    void ended() {
        ended = true;
    }

    String name() {
        return name;
    }

    /** Whether nothing needs to be known of it any more. */
    boolean isOver() {
        return ended && failure == null;
    }

    double secondsSinceRound() {
        return (nanoTime.getAsLong() - cameRound) / 1e9;
    }

    /** What is wrong with the loop, if anything is. */
    Optional<String> problem() {
        Throwable cause = failure;
        if (cause != null) {
            return Optional.of("ended by " + cause);
        }
        if (ended || stopping || limit.isZero() || secondsSinceRound() <= limit.toMillis() / 1e3) {
            return Optional.empty();
        }
        return Optional.of("did not come round for %.0f s, allowed are %.0f s"
                .formatted(secondsSinceRound(), limit.toMillis() / 1e3));
    }
}
