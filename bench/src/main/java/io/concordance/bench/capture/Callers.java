package io.concordance.bench.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * A fixed number of threads that share pieces of work, and what the work took. As in the service there is one piece more
 * in hand, whose rest is waited for while the next ones are worked on.
 */
final class Callers implements AutoCloseable {
    private final int threads;
    private final ExecutorService pool;
    private final Semaphore turns;
    private final ProcessCpu processes = new ProcessCpu();

    Callers(int threads) {
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads + 1);
        this.turns = new Semaphore(threads);
    }

    /**
     * What a piece of work took.
     *
     * @param cpu of this process and of those that work for it
     */
    record Took(double seconds, ProcessCpu.Seconds cpu) {}

    int threads() {
        return threads;
    }

    /** @param work on a piece, returning what is left to wait for */
    Took run(int pieces, IntFunction<Runnable> work) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        ProcessCpu.Seconds cpu = processes.seconds();
        long begun = System.nanoTime();
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t <= threads; t++) {
            all.add(pool.submit(() -> {
                for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
                    inTurn(piece, work).run();
                }
            }));
        }
        for (Future<?> thread : all) {
            try {
                thread.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
        return new Took((System.nanoTime() - begun) / 1e9, processes.seconds().since(cpu));
    }

    private Runnable inTurn(int piece, IntFunction<Runnable> work) {
        turns.acquireUninterruptibly();
        try {
            return work.apply(piece);
        } finally {
            turns.release();
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
