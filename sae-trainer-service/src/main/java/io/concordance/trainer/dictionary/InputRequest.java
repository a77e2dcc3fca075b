package io.concordance.trainer.dictionary;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run learns from, where that is not activations as they are.
 *
 * @param minus what is subtracted from every activation; nothing when absent
 * @param position {@code none} (when absent) or {@code subtract}: the mean at each token position, learnt before the first
 *     step
 * @param without jobs of the run that capture a steered model; what steering does to all their rows is learnt before the
 *     first step and taken off
 */
record InputRequest(
        @Nullable MinusRequest minus,
        @Nullable String position,
        @Nullable List<@Nullable WithoutRequest> without) {

    /**
     * Another capture of the same documents.
     *
     * @param jobs one for each of the run's, with the same transcripts in the same arms; the run's own when absent
     * @param hook canonical or short name; the run's own when absent
     */
    record MinusRequest(
            @Nullable List<@Nullable String> jobs, @Nullable String hook) {}

    /**
     * Steering to take off.
     *
     * @param job one of the run's, which learns from one arm of it
     * @param directions that the arm is steered along, at most 16, of the width of a row
     * @param shift the same tokens, unsteered
     */
    record WithoutRequest(
            @Nullable String job,
            @Nullable List<@Nullable List<@Nullable Double>> directions,
            @Nullable UnsteeredRequest shift) {}

    /** An arm of a capture of the model as it is. */
    record UnsteeredRequest(@Nullable String job, @Nullable String arm) {}
}
