package io.concordance.trainer.step;

import java.util.Locale;

/**
 * Tells a run that learns from one that blows up, by the running mean of FVU over the last steps, held against the larger
 * of 1 (predicting the mean) and the lowest it ever was. It has diverged when it is a quarter above that, or more than a
 * twentieth for 64 steps on end; up to a twentieth above it is calm. A start with too many active features has an FVU far
 * above 1 and may come down from there at its own pace.
 *
 * <p>Adam on clipped gradients and decoder rows of unit length keep a dictionary finite at any learning rate, so that the
 * loss alone says nothing.
 */
final class Stability {
    private static final double WEIGHT = 1 / 32.0;
    private static final double CALM = 1.05;
    private static final double DIVERGED = 1.25;
    private static final int PATIENCE = 64;

    private double best = Double.NaN;
    private double running = Double.NaN;
    /** Steps on end that were not calm: 0 in any state worth keeping. */
    private int restless;

    /**
     * Takes in a step.
     *
     * @param t step, from 1
     * @throws TrainingDiverged when it was one too many
     */
    void observe(long t, double loss, double fvu) {
        if (!Double.isFinite(loss) || !Double.isFinite(fvu)) {
            throw new TrainingDiverged(t, "the loss is " + loss);
        }
        running = Double.isNaN(running) ? fvu : running + WEIGHT * (fvu - running);
        best = Double.isNaN(best) ? running : Math.min(best, running);
        restless = calm() ? 0 : restless + 1;
        if (running > DIVERGED * reference() || restless > PATIENCE) {
            throw new TrainingDiverged(
                    t,
                    String.format(
                            Locale.ROOT,
                            "the error is %.3g times that of predicting the mean, and was %.3g times",
                            running,
                            best));
        }
    }

    private double reference() {
        return Math.max(1, best);
    }

    /** Whether the state is worth keeping. */
    boolean calm() {
        return Double.isNaN(running) || running <= CALM * reference();
    }

    /** Lowest running mean so far; NaN before the first step. */
    double best() {
        return best;
    }

    double running() {
        return running;
    }

    void restore(double bestFvu, double runningFvu) {
        best = bestFvu;
        running = runningFvu;
        restless = 0;
    }
}
