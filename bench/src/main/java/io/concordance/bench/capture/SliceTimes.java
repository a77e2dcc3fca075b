package io.concordance.bench.capture;

import io.concordance.capture.slice.SliceCapture;
import io.concordance.kit.store.ObjectStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What one thread of a capture worker takes for each slice of the bundled organism at one hook, alone on the machine.
 *
 * @param turnSeconds of each slice until the model is free for the next one
 * @param uploadSeconds of each slice from then on until its shards are durable
 * @param tokens mean of a slice
 * @param bytes mean of a slice's shards
 */
public record SliceTimes(List<Double> turnSeconds, List<Double> uploadSeconds, double tokens, double bytes) {
    private static final int WARM_UP = 5;

    /** Runs slices after some that are not counted; their shards are removed again, outside of what is measured. */
    public static SliceTimes measure(Path home, ObjectStore objects, int slices) {
        List<Double> turns = new ArrayList<>();
        List<Double> uploads = new ArrayList<>();
        long bytes = 0;
        long tokens = 0;
        try (Subject organism = Subject.organism(home, CaptureOverhead.SLICE_TOKENS, 1);
                SliceCapture capture = new SliceCapture(
                        objects,
                        new SliceCapture.Settings(
                                1,
                                CaptureOverhead.BATCH_TOKENS,
                                CaptureOverhead.PART_BYTES,
                                4 * CaptureOverhead.PART_BYTES))) {
            for (int i = -WARM_UP; i < slices; i++) {
                int slice = Math.floorMod(i, organism.slices().size());
                long begun = System.nanoTime();
                try (SliceCapture.Running running = organism.begin(capture, slice, CaptureOverhead.PART_BYTES)) {
                    long modelDone = System.nanoTime();
                    var shards = running.stored();
                    long stored = System.nanoTime();
                    if (i >= 0) {
                        turns.add((modelDone - begun) / 1e9);
                        uploads.add((stored - modelDone) / 1e9);
                        bytes += shards.bytes();
                        tokens += shards.tokens();
                    }
                    Subject.delete(objects, Subject.keys(shards));
                }
            }
        }
        return new SliceTimes(turns, uploads, (double) tokens / slices, (double) bytes / slices);
    }
}
