package io.concordance.trainer.dictionary;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run learns from, where that is not activations as they are.
 *
 * @param minus what is subtracted from every activation; nothing when absent
 * @param position {@code none} (when absent) or {@code subtract}: the mean at each token position, learnt before the first
 *     step
 */
record InputRequest(@Nullable MinusRequest minus, @Nullable String position) {

    /**
     * Another capture of the same documents.
     *
     * @param jobs one for each of the run's, with the same transcripts in the same arms; the run's own when absent
     * @param hook canonical or short name; the run's own when absent
     */
    record MinusRequest(
            @Nullable List<@Nullable String> jobs, @Nullable String hook) {}
}
