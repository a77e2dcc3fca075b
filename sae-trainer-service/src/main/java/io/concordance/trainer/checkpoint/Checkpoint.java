package io.concordance.trainer.checkpoint;

import io.concordance.trainer.step.TrainState;
import io.concordance.trainer.stream.PositionState;
import io.concordance.trainer.stream.StreamState;

/**
 * All that training needs to go on: the model with its optimiser, and the place in the data.
 *
 * @param positions what was learnt about position before the first step
 * @param arithmetic {@link io.concordance.trainer.kernel.StepKernels#arithmetic} of the steps so far
 */
public record Checkpoint(TrainState train, StreamState stream, PositionState positions, String arithmetic) {}
