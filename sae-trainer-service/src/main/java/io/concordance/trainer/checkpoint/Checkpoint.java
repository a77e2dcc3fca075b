package io.concordance.trainer.checkpoint;

import io.concordance.contracts.dictionary.SteeringRemoved;
import io.concordance.trainer.step.TrainState;
import io.concordance.trainer.stream.PositionState;
import io.concordance.trainer.stream.StreamState;
import java.util.List;

/**
 * All that training needs to go on: the model with its optimiser, and the place in the data.
 *
 * @param positions what was learnt about position before the first step
 * @param arithmetic {@link io.concordance.trainer.kernel.StepKernels#arithmetic} of the steps so far
 * @param steering what is taken off rows of steered captures, in the order of the run's
 */
public record Checkpoint(
        TrainState train,
        StreamState stream,
        PositionState positions,
        String arithmetic,
        List<SteeringRemoved> steering) {
    public Checkpoint {
        steering = List.copyOf(steering);
    }
}
