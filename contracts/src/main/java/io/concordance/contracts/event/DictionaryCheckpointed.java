package io.concordance.contracts.event;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dictionary run wrote a checkpoint; when {@code complete}, also the finished dictionary.
 *
 * @param step optimiser steps done
 * @param tokens rows trained on, counting every epoch
 * @param dictionary digest of the dictionary published with this checkpoint: always when complete, and at the steps where
 *     the run was asked to publish on its way
 * @param objectPrefix where that dictionary's files lie
 * @param jobs capture jobs it learns from, in order
 * @param slices how many slices of each of them, from the first on; all that there are when absent
 * @param generation 1, or one more than that of the dictionary that the run continues; 1 when absent
 * @param from digest of the dictionary that the run continues
 * @param minus captures whose activations are subtracted, when the run learns from differences
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
        @Nullable List<Integer> slices,
        @Nullable Integer generation,
        @Nullable String from,
        @Nullable Minus minus) {

    /**
     * Slice for slice, row for row, what is subtracted from the activations of {@code jobs}.
     *
     * @param jobs one for each of those
     */
    public record Minus(List<String> jobs, String model, String hook) {}

    /** Of activations as they are. */
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
            Metrics metrics,
            @Nullable List<Integer> slices,
            @Nullable Integer generation,
            @Nullable String from) {
        this(
                runId,
                step,
                tokens,
                complete,
                checkpoint,
                dictionary,
                objectPrefix,
                hook,
                model,
                jobs,
                metrics,
                slices,
                generation,
                from,
                null);
    }

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
        this(
                runId,
                step,
                tokens,
                complete,
                checkpoint,
                dictionary,
                objectPrefix,
                hook,
                model,
                jobs,
                metrics,
                null,
                null,
                null);
    }

    /**
     * Training metrics, averaged over the last hundredth of the run.
     *
     * @param loss mean squared reconstruction error a coordinate, in scaled units, plus the weighted auxiliary loss
     * @param fvu fraction of variance unexplained: 1 for predicting the mean, 0 for identity
     * @param l0 mean number of active features a row
     * @param alive share of features that fired within the dead-feature window
     * @param cosine mean cosine between row and reconstruction over the interval's last batch
     * @param gradientNorm mean Euclidean norm of all gradients together, before clipping
     * @param density how often features fired in the interval
     * @param heldOut the latest look at rows that are never trained on
     */
    @JsonIgnoreProperties(value = "explained", allowGetters = true)
    public record Metrics(
            double loss,
            double fvu,
            double l0,
            double alive,
            @Nullable Double cosine,
            @Nullable Double gradientNorm,
            @Nullable FiringDensity density,
            @Nullable HeldOutMetrics heldOut) {

        public Metrics(double loss, double fvu, double l0, double alive) {
            this(loss, fvu, l0, alive, null, null, null, null);
        }

        /** Fraction of variance explained, {@code 1 - fvu}: 0 for predicting the mean, 1 for identity. */
        @JsonProperty
        public double explained() {
            return 1 - fvu;
        }

        public Metrics withHeldOut(@Nullable HeldOutMetrics latest) {
            return new Metrics(loss, fvu, l0, alive, cosine, gradientNorm, density, latest);
        }
    }
}
