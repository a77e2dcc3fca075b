package io.concordance.trainer.step;

import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.concordance.trainer.kernel.Parameter;
import io.concordance.trainer.kernel.Quantity;
import java.util.Map;

/**
 * A snapshot of all that a step reads and writes: restoring it and going on gives the bytes of never having stopped.
 *
 * @param step steps done
 * @param scale factor on raw activations
 * @param threshold running mean of the selection's border, in scaled units
 * @param lastFired for each feature, the row count at its last firing, [features]
 * @param firings for each feature, its firings in the last quarter of the run, [features]
 * @param recent for each feature, its firings in the open reporting interval, [features]
 * @param bestFvu lowest running mean so far
 * @param runningFvu running mean over the last steps
 * @param sums of the open reporting interval
 * @param latest metrics of the last closed interval
 * @param values parameters, row-major
 * @param firstMoments Adam
 * @param secondMoments Adam
 */
public record TrainState(
        long step,
        float scale,
        double threshold,
        long[] lastFired,
        long[] firings,
        long[] recent,
        double bestFvu,
        double runningFvu,
        MetricSums sums,
        Metrics latest,
        Map<Parameter, float[]> values,
        Map<Parameter, float[]> firstMoments,
        Map<Parameter, float[]> secondMoments) {

    /** Tensors of one kind; there is none for {@link Quantity#GRADIENT}, which does not outlive a step. */
    public Map<Parameter, float[]> tensors(Quantity quantity) {
        return switch (quantity) {
            case VALUE -> values;
            case FIRST_MOMENT -> firstMoments;
            case SECOND_MOMENT -> secondMoments;
            case GRADIENT -> Map.of();
        };
    }
}
