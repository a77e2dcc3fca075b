package io.concordance.contracts.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dictionary run wrote a checkpoint; when {@code complete}, also the finished dictionary.
 *
 * @param step optimiser steps done
 * @param tokens rows trained on, counting every epoch
 * @param dictionary digest of the finished dictionary, only when complete
 * @param objectPrefix where its files lie, only when complete
 * @param jobs capture jobs it learns from, in order
 * @param slices how many slices of each of them, from the first on; all that there are when absent
 */
public record DictionaryCheckpointed(
        String runId,
        long step,
        long tokens,
        boolean complete,
        ObjectRef checkpoint,
        @Nullable String dictionary,
        @Nullable String objectPrefix,
        String hook,
        String model,
        List<String> jobs,
        Metrics metrics,
        @Nullable List<Integer> slices) {

    /** Of all slices of the jobs. */
    public DictionaryCheckpointed(
            String runId,
            long step,
            long tokens,
            boolean complete,
            ObjectRef checkpoint,
            @Nullable String dictionary,
            @Nullable String objectPrefix,
            String hook,
            String model,
            List<String> jobs,
            Metrics metrics) {
        this(runId, step, tokens, complete, checkpoint, dictionary, objectPrefix, hook, model, jobs, metrics, null);
    }

    /**
     * Training metrics, averaged over the last hundredth of the run.
     *
     * @param loss mean squared reconstruction error a coordinate, in scaled units, plus the weighted auxiliary loss
     * @param fvu fraction of variance unexplained: 1 for predicting the mean, 0 for identity
     * @param l0 mean number of active features a row
     * @param alive share of features that fired within the dead-feature window
     */
    public record Metrics(double loss, double fvu, double l0, double alive) {}
}
