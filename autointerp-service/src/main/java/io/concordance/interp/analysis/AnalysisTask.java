package io.concordance.interp.analysis;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a running analysis works on.
 *
 * @param objectPrefix where the dictionary's files lie, without a slash at its end
 * @param model id of the model
 * @param jobs capture jobs, in the order the dictionary learnt them
 * @param slices how many slices of each job it learnt, from the first on; empty for all that a job began with
 * @param minus what is subtracted from the activations of {@code jobs}; null for nothing
 * @param additions what is read after those, in order
 */
record AnalysisTask(
        UUID id,
        String run,
        String dictionary,
        String objectPrefix,
        String model,
        String hook,
        List<String> jobs,
        List<Integer> slices,
        @Nullable Minus minus,
        List<Addition> additions) {

    /** @param jobs one for each of the task's, in their order */
    record Minus(List<String> jobs, String hook) {}
}
