package io.concordance.bench.resume;

import java.util.List;
import java.util.Map;

/**
 * Rows and a run on them.
 *
 * @param width values a row
 * @param slices of the capture job
 * @param rows of each slice
 * @param features of the dictionary
 * @param batch rows a step
 * @param tokens rows trained on, counting every epoch
 * @param window rows shuffled together
 * @param checkpointEvery time between checkpoints, as the service's setting takes it
 */
record Scale(
        int width,
        int slices,
        int rows,
        int features,
        int k,
        int batch,
        long tokens,
        int window,
        String checkpointEvery) {
    /** A run of some seconds with many windows, epochs and checkpoints in it. */
    static final Scale KILLED = new Scale(64, 8, 4096, 512, 8, 256, 1_500_000, 4096, "200ms");

    /** What training costs in earnest, under the service's own settings. */
    static final Scale COSTLY = new Scale(512, 8, 8192, 8192, 32, 4096, 2_000_000, 32_768, "5s");

    static final Scale QUICK = new Scale(24, 4, 500, 64, 4, 64, 200_000, 700, "200ms");

    String text() {
        return "d " + width + ", F " + features + ", k " + k + ", B " + batch + ", " + steps() + " steps";
    }

    long steps() {
        return tokens / batch;
    }

    Map<String, Object> request(CapturedJob job) {
        return Map.of(
                "name",
                "kill-resume",
                "jobs",
                List.of(job.id()),
                "hook",
                CapturedJob.HOOK,
                "width",
                features,
                "k",
                k,
                "activation",
                "batchtopk",
                "tokens",
                tokens,
                "seed",
                1,
                "batch",
                batch);
    }
}
