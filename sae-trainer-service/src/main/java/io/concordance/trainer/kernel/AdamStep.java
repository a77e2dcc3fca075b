package io.concordance.trainer.kernel;

/**
 * One step of Adam (Kingma and Ba 2015) with bias correction.
 *
 * @param learningRate of this step, schedules applied
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param correction1 1 / (1 - beta1^t)
 * @param correction2 1 / (1 - beta2^t)
 * @param gradientScale factor on every gradient, below 1 when the global norm is clipped
 */
public record AdamStep(
        float learningRate,
        float beta1,
        float beta2,
        float epsilon,
        float correction1,
        float correction2,
        float gradientScale) {

    /** Step number {@code t}, counted from 1. */
    public static AdamStep at(long t, double learningRate, double beta1, double beta2, double epsilon, double scale) {
        return new AdamStep(
                (float) learningRate,
                (float) beta1,
                (float) beta2,
                (float) epsilon,
                (float) (1 / (1 - StrictMath.pow(beta1, t))),
                (float) (1 / (1 - StrictMath.pow(beta2, t))),
                (float) scale);
    }
}
