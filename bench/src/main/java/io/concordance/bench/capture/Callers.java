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
    private final ProcessCpu processes = new ProcessCpu();

    Callers(int threads) {
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads);
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

    Took run(int pieces, IntConsumer work) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        ProcessCpu.Seconds cpu = processes.seconds();
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
        return new Took((System.nanoTime() - begun) / 1e9, processes.seconds().since(cpu));
    }

    @Override
    public void close() {
        pool.close();
    }
}
