package io.concordance.trainer.step;

/** The loss is no longer a number: the learning rate is too high or the activations hold infinities. */
public final class TrainingDiverged extends RuntimeException {
    TrainingDiverged(long step, double loss) {
        super("the loss is " + loss + " at step " + step + "; lower learningRate, or look for infinite activations");
    }
}
