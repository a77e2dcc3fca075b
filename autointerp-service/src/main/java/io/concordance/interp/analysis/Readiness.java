package io.concordance.interp.analysis;

import io.concordance.interp.captured.CapturedJob;
import io.concordance.interp.captured.CapturedShard;
import io.concordance.interp.captured.PostgresCaptured;
import io.concordance.kit.store.StoredObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a task can be worked on yet. */
sealed interface Readiness {

    /** Events about its jobs or their shards are still to come. */
    record Waiting() implements Readiness {}

    /** It never can be. */
    record Refused(String problem) implements Readiness {}

    /**
     * All shards are durable.
     *
     * @param shards by slice, then by position of the job, then by part, the order that the dictionary learnt them in; then
     *     what was added
     * @param onnxDigest digest of the model's ONNX file
     * @param unembedding of the model; null where it has none
     */
    record Ready(
            List<CapturedShard> shards,
            String onnxDigest,
            @Nullable StoredObject unembedding) implements Readiness {}

    static Readiness of(AnalysisTask task, PostgresCaptured captured) {
        List<CapturedShard> shards = new ArrayList<>();
        String onnxDigest = "";
        StoredObject unembedding = null;
        boolean waiting = false;
        for (int i = 0; i < task.jobs().size(); i++) {
            Optional<CapturedJob> found = captured.job(task.jobs().get(i));
            if (found.isEmpty()) {
                waiting = true;
                continue;
            }
            CapturedJob job = found.get();
            String field = "jobs[" + i + "]: " + job.id();
            if (!job.learning()) {
                return new Refused(field + " has role " + job.role() + ", allowed learning");
            }
            if (!job.hooks().contains(task.hook())) {
                return new Refused(field + " has hooks " + job.hooks() + ", none is " + task.hook());
            }
            if (job.model().equals(task.model())) {
                onnxDigest = job.modelDigest();
                unembedding = job.unembedding();
            }
            int slices =
                    task.slices().isEmpty() ? job.firstSlices() : task.slices().get(i);
            if (captured.sliceCount(job.id(), task.hook(), slices) < slices) {
                waiting = true;
            } else if (!waiting) {
                shards.addAll(captured.shards(job.id(), task.hook(), 0, slices));
            }
        }
        if (waiting) {
            return new Waiting();
        }
        shards.sort(Comparator.comparingInt(CapturedShard::slice)
                .thenComparingInt(shard -> task.jobs().indexOf(shard.job()))
                .thenComparingInt(CapturedShard::part));
        for (Addition addition : task.additions()) {
            if (captured.sliceCount(addition.job(), task.hook(), addition.slices()) < addition.slices()) {
                return new Waiting();
            }
            shards.addAll(captured.shards(addition.job(), task.hook(), addition.firstSlice(), addition.slices()));
        }
        return new Ready(shards, onnxDigest, unembedding);
    }
}
