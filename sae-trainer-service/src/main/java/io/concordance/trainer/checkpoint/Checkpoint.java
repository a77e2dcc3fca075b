package io.concordance.trainer.checkpoint;

import io.concordance.trainer.step.TrainState;
import io.concordance.trainer.stream.StreamState;

/**
 * All that training needs to go on: the model with its optimiser, and the place in the data.
 *
 * @param arithmetic {@link io.concordance.trainer.kernel.StepKernels#arithmetic} of the steps so far
 */
public record Checkpoint(TrainState train, StreamState stream, String arithmetic) {}
