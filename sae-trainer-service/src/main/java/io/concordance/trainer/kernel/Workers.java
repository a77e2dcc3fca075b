package io.concordance.trainer.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A small crew of platform threads for the units of one phase. Which worker takes which unit is left to chance; units
 * therefore write to places of their own, and sums over units are made afterwards in unit order. Running a phase
 * allocates nothing.
 */
final class Workers implements AutoCloseable {
    /** A phase follows the one before within microseconds, so that workers look a while before they sleep. */
    private static final int LOOKS = 2000;

    /** The body of a unit; {@code worker} is below {@link Workers#count} and names a scratch buffer. */
    interface Unit {
        void run(int unit, int worker);
    }

    private static final Unit NOTHING = (unit, worker) -> {};

    private final Thread[] helpers;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    /** Changes with every phase; written after the fields that describe it. */
    private volatile int phase;

    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Thread caller;
    private Unit body = NOTHING;
    private int units;

    Workers(int count) {
        if (count <= 0) {
            throw new IllegalArgumentException("threads: given " + count + ", allowed > 0");
        }
        this.helpers = new Thread[count - 1];
        for (int i = 0; i < helpers.length; i++) {
            int worker = i + 1;
            helpers[i] = Thread.ofPlatform().daemon().name("kernel-" + worker).start(() -> serve(worker));
        }
    }

    int count() {
        return helpers.length + 1;
    }

    /** Runs all units and returns when the last has ended. For one caller at a time. */
    void run(int count, Unit work) {
        body = work;
        units = count;
        next.set(0);
        if (helpers.length == 0 || count <= 1) {
            drain(0);
            return;
        }
        failure = null;
        caller = Thread.currentThread();
        busy.set(helpers.length);
        phase++;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
        try {
            drain(0);
        } finally {
            await();
        }
        Throwable problem = failure;
        if (problem != null) {
            throw new IllegalStateException("a kernel worker failed", problem);
        }
    }

    private void drain(int worker) {
        for (int unit = next.getAndIncrement(); unit < units; unit = next.getAndIncrement()) {
            body.run(unit, worker);
        }
    }

    private void await() {
        boolean interrupted = false;
        for (int looks = 0; busy.get() > 0; looks++) {
            if (looks < LOOKS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(int worker) {
        int done = 0;
        while (!closed) {
            for (int looks = 0; phase == done && !closed; looks++) {
                if (looks < LOOKS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            if (closed) {
                return;
            }
            done = phase;
            try {
                drain(worker);
            } catch (RuntimeException | Error e) {
                failure = e;
                next.set(units);
            }
            if (busy.decrementAndGet() == 0) {
                LockSupport.unpark(caller);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
    }
}
