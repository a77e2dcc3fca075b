package io.concordance.trainer.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A small crew of platform threads for the units of one phase. Which worker takes which unit is left to chance; units
 * therefore write to places of their own, and sums over units are made afterwards in unit order.
 */
final class Workers implements AutoCloseable {

    /** The body of a unit; {@code worker} is below {@link Workers#count} and names a scratch buffer. */
    interface Unit {
        void run(int unit, int worker);
    }

    private final int count;
    private final ExecutorService helpers;

    Workers(int count) {
        if (count <= 0) {
            throw new IllegalArgumentException("threads: given " + count + ", allowed > 0");
        }
        this.count = count;
        this.helpers = Executors.newFixedThreadPool(
                Math.max(1, count - 1),
                Thread.ofPlatform().daemon().name("kernel-", 1).factory());
    }

    int count() {
        return count;
    }

    /** Runs all units and returns when the last has ended. */
    void run(int units, Unit body) {
        AtomicInteger next = new AtomicInteger();
        int crew = Math.min(count, units);
        List<Future<?>> others = new ArrayList<>(crew);
        for (int w = 1; w < crew; w++) {
            int worker = w;
            others.add(helpers.submit(() -> drain(next, units, worker, body)));
        }
        try {
            drain(next, units, 0, body);
        } finally {
            await(others);
        }
    }

    private static void drain(AtomicInteger next, int units, int worker, Unit body) {
        for (int unit = next.getAndIncrement(); unit < units; unit = next.getAndIncrement()) {
            body.run(unit, worker);
        }
    }

    private static void await(List<Future<?>> others) {
        boolean interrupted = false;
        for (Future<?> other : others) {
            while (true) {
                try {
                    other.get();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("a kernel worker failed", e.getCause());
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        helpers.shutdownNow();
    }
}
