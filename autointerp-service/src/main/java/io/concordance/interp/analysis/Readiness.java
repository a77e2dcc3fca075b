package io.concordance.interp.analysis;

import io.concordance.interp.captured.CapturedJob;
import io.concordance.interp.captured.CapturedShard;
import io.concordance.interp.captured.PostgresCaptured;
import io.concordance.kit.store.StoredObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
     * @param minus for each shard, those of the same slice whose activations are subtracted; empty for none
     * @param onnxDigest digest of the model's ONNX file
     * @param tokenizerDigest digest of the model's tokenizer; null where capture has not said
     * @param unembedding of the model; null where it has none
     */
    record Ready(
            List<CapturedShard> shards,
            Map<CapturedShard, List<CapturedShard>> minus,
            String onnxDigest,
            @Nullable String tokenizerDigest,
            @Nullable StoredObject unembedding)
            implements Readiness {}

    static Readiness of(AnalysisTask task, PostgresCaptured captured) {
        List<CapturedShard> shards = new ArrayList<>();
        String onnxDigest = "";
        String tokenizerDigest = null;
        StoredObject unembedding = null;
        boolean waiting = false;
        for (int i = 0; i < task.jobs().size(); i++) {
            Optional<CapturedJob> found = captured.job(task.jobs().get(i));
            if (found.isEmpty()) {
                waiting = true;
                continue;
            }
            CapturedJob job = found.get();
            String problem = captured.elicited(job.id())
                    ? "jobs[" + i + "]: " + job.id() + " is of a search, allowed is text as it was found"
                    : problem("jobs[" + i + "]", job, task.hook());
            if (problem != null) {
                return new Refused(problem);
            }
            if (job.model().equals(task.model())) {
                onnxDigest = job.modelDigest();
                tokenizerDigest = job.tokenizerDigest();
                unembedding = job.unembedding();
            }
            int slices =
                    task.slices().isEmpty() ? job.firstSlices() : task.slices().get(i);
            String refused = minusProblem(task, i, captured);
            if (refused != null) {
                return new Refused(refused);
            }
            if (!known(task, job.id(), slices, captured)) {
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
            if (!known(task, addition.job(), addition.slices(), captured)) {
                return new Waiting();
            }
            shards.addAll(captured.shards(addition.job(), task.hook(), addition.firstSlice(), addition.slices()));
        }
        return new Ready(shards, minus(task, shards, captured), onnxDigest, tokenizerDigest, unembedding);
    }

    private static @Nullable String problem(String field, CapturedJob job, String hook) {
        if (!job.learning()) {
            return field + ": " + job.id() + " has role " + job.role() + ", allowed learning";
        }
        return job.hooks().contains(hook)
                ? null
                : field + ": " + job.id() + " has hooks " + job.hooks() + ", none is " + hook;
    }

    private static @Nullable String minusProblem(AnalysisTask task, int job, PostgresCaptured captured) {
        AnalysisTask.Minus minus = task.minus();
        if (minus == null) {
            return null;
        }
        Optional<CapturedJob> less = captured.job(minus.jobs().get(job));
        return less.isEmpty() ? null : problem("minus.jobs[" + job + "]", less.get(), minus.hook());
    }

    /** Whether all shards of a job's first slices are known, and those of what is subtracted from them. */
    static boolean known(AnalysisTask task, String job, int slices, PostgresCaptured captured) {
        if (captured.sliceCount(job, task.hook(), slices) < slices) {
            return false;
        }
        AnalysisTask.Minus minus = task.minus();
        return minus == null || captured.sliceCount(less(task, minus, job), minus.hook(), slices) >= slices;
    }

    private static String less(AnalysisTask task, AnalysisTask.Minus minus, String job) {
        return minus.jobs().get(task.jobs().indexOf(job));
    }

    private static Map<CapturedShard, List<CapturedShard>> minus(
            AnalysisTask task, List<CapturedShard> shards, PostgresCaptured captured) {
        AnalysisTask.Minus minus = task.minus();
        if (minus == null) {
            return Map.of();
        }
        Map<CapturedShard, List<CapturedShard>> found = new HashMap<>();
        for (CapturedShard shard : shards) {
            String job = less(task, minus, shard.job());
            found.put(shard, captured.shards(job, minus.hook(), shard.slice(), shard.slice() + 1));
        }
        return found;
    }
}
