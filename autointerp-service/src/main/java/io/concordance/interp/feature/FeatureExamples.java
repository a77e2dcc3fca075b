package io.concordance.interp.feature;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A feature's examples.
 *
 * @param top strongest firings over all arms, one a document of an arm
 * @param quantiles firings drawn uniformly from the explain and score splits, from weak to strong
 * @param arms strongest firings of each arm
 */
public record FeatureExamples(List<Shown> top, List<Shown> quantiles, List<ArmExamples> arms) {

    public record ArmExamples(String arm, String kind, List<Shown> top) {}

    /**
     * One firing in its context.
     *
     * @param position token position of the firing in its document
     * @param value activation there
     * @param peak index of the firing in the window
     * @param output index in the window of the first token that the model wrote; null when there is none
     * @param ids token ids of the window
     * @param tokens their texts
     * @param activations of the feature over the window
     */
    @SuppressWarnings("ArrayRecordComponent") // written as JSON and dropped
    public record Shown(
            String document,
            String arm,
            String outcome,
            String split,
            int position,
            float value,
            int peak,
            @Nullable Integer output,
            int[] ids,
            List<String> tokens,
            float[] activations) {}
}
