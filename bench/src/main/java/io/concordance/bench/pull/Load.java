package io.concordance.bench.pull;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Connections that each ask for the same documents in turn, one request after the other. */
final class Load {
    private static final double NINETY_NINE = 0.99;

    /**
     * What was measured.
     *
     * @param p99 milliseconds of a request
     */
    record Result(double requestsPerSecond, double megabytesPerSecond, double p99) {}

    private Load() {}

    /** @param expected status that every answer must have */
    static Result run(URI server, List<byte[]> requests, int connections, int each, int expected) throws Exception {
        long[] nanos = new long[connections * each];
        long[] bytes = new long[connections];
        try (ExecutorService crew = Executors.newFixedThreadPool(connections)) {
            List<Callable<Void>> work = new ArrayList<>();
            for (int c = 0; c < connections; c++) {
                int own = c;
                work.add(() -> {
                    try (Getter getter = new Getter(server)) {
                        for (int i = 0; i < each; i++) {
                            long begin = System.nanoTime();
                            Getter.Answer answer = getter.get(requests.get(i % requests.size()));
                            nanos[own * each + i] = System.nanoTime() - begin;
                            bytes[own] += answer.bytes();
                            if (answer.status() != expected) {
                                throw new IOException(server + " answered " + answer.status());
                            }
                        }
                    }
                    return null;
                });
            }
            long begin = System.nanoTime();
            for (Future<Void> future : crew.invokeAll(work)) {
                future.get();
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            Arrays.sort(nanos);
            return new Result(
                    nanos.length / seconds,
                    Arrays.stream(bytes).sum() / seconds / 1e6,
                    nanos[(int) Math.min(nanos.length - 1, Math.ceil(NINETY_NINE * nanos.length) - 1)] / 1e6);
        }
    }
}
