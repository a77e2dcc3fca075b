package io.concordance.bench.capture;

import io.concordance.bench.Comparison.Progress;
import io.concordance.bench.capture.Callers.Took;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.slice.SliceCapture;
import io.concordance.kit.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What all comparisons here work with. */
record Workbench(SliceCapture capture, ObjectStore objects, Callers callers, Progress progress) {

    Workbench with(Callers others) {
        return new Workbench(capture, objects, others, progress);
    }

    /** Captures all slices of a subject; the shards are removed again, outside of what is measured. */
    Took capture(Subject subject) throws InterruptedException {
        return capture(subject, subject.slices().size());
    }

    /** As {@link #capture(Subject)}, the first {@code pieces} slices. */
    Took capture(Subject subject, int pieces) throws InterruptedException {
        List<String> keys = new ArrayList<>();
        Took took = callers.run(pieces, slice -> {
            SliceCapture.Running running = subject.begin(capture, slice, CaptureOverhead.PART_BYTES);
            return () -> {
                try (running) {
                    List<String> written = Subject.keys(running.stored());
                    synchronized (keys) {
                        keys.addAll(written);
                    }
                }
            };
        });
        Subject.delete(objects, keys);
        return took;
    }

    /** Runs the same batches through a model alone. */
    Took bare(BareRun model, List<List<TokenBatch>> batches) throws InterruptedException {
        return callers.run(batches.size(), slice -> {
            batches.get(slice).forEach(model::run);
            return () -> {};
        });
    }

    /** The batches of each slice. */
    List<List<TokenBatch>> batches(Subject subject) {
        return IntStream.range(0, subject.slices().size())
                .mapToObj(slice -> subject.batches(capture, slice, CaptureOverhead.PART_BYTES))
                .toList();
    }
}
