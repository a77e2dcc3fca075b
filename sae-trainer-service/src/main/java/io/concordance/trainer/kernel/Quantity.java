package io.concordance.trainer.kernel;

/** What is kept for each {@link Parameter}. */
public enum Quantity {
    VALUE,
    /** Of the last {@link StepKernels#gradients}, before clipping. */
    GRADIENT,
    /** Adam's running mean of the gradient. */
    FIRST_MOMENT,
    /** Adam's running mean of the squared gradient. */
    SECOND_MOMENT
}
