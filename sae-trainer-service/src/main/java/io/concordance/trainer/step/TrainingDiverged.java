package io.concordance.trainer.step;

/** Training makes the dictionary worse and worse, or its loss is no longer a number. */
public final class TrainingDiverged extends RuntimeException {
    TrainingDiverged(long step, String how) {
        super("diverged: " + how + " at step " + step + "; lower learningRate");
    }
}
