package io.concordance.bench.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** A fixed number of threads that share pieces of work, and what the work took. */
final class Callers implements AutoCloseable {
    private final int threads;
    private final ExecutorService pool;
    private final ProcessCpu others;

    /** @param others processes that work for this one */
    Callers(int threads, ProcessCpu others) {
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads);
        this.others = others;
    }

    /**
     * What a piece of work took.
     *
     * @param cpu CPU seconds of this process and of those that work for it
     */
    record Took(double seconds, double cpu) {}

    int threads() {
        return threads;
    }

    Took run(int pieces, IntConsumer work) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        double cpu = others.seconds();
        long begun = System.nanoTime();
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            all.add(pool.submit(() -> {
                for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
                    work.accept(piece);
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
        return new Took((System.nanoTime() - begun) / 1e9, others.seconds() - cpu);
    }

    @Override
    public void close() {
        pool.close();
    }
}
