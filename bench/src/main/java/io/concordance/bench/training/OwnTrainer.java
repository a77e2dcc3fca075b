package io.concordance.bench.training;

import io.concordance.trainer.kernel.AdamStep;
import io.concordance.trainer.kernel.BatchMoments;
import io.concordance.trainer.kernel.Objective;
import io.concordance.trainer.kernel.Parameter;
import io.concordance.trainer.kernel.Quantity;
import io.concordance.trainer.kernel.Residual;
import io.concordance.trainer.kernel.Selection;
import io.concordance.trainer.kernel.StepKernels;
import io.concordance.trainer.kernel.VectorKernels;

/**
 * The vector kernels under the schedule of dictionary_learning's TopK trainer: Adam, rate rising over the warm-up, and
 * the norm of the gradient of the summed squared error, which is d times that of the mean, clipped at 1.
 */
final class OwnTrainer implements AutoCloseable {
    private final Scene scene;
    private final StepKernels kernels;
    private final Selection selection;
    private final Objective objective;
    private final int[] dead;
    private final double rate;
    private final int warmUp;
    private long step;
    private double fvu;
    private long selectNanos;

    /** @param dead features that AuxK is run for, none to leave it out */
    OwnTrainer(
            Scene scene, int threads, Selection selection, Objective objective, int[] dead, double rate, int warmUp) {
        this.scene = scene;
        this.kernels = new VectorKernels(scene.shape, threads);
        this.selection = selection;
        this.objective = objective;
        this.dead = dead;
        this.rate = rate;
        this.warmUp = warmUp;
        kernels.put(Parameter.ENCODER, Quantity.VALUE, scene.directions);
        kernels.put(Parameter.DECODER, Quantity.VALUE, scene.directions);
    }

    /** One step on the next batch; returns its nanoseconds. */
    long step() {
        float[] rows = scene.rows[(int) (step % scene.batches)];
        long begin = System.nanoTime();
        BatchMoments moments = kernels.centre(rows, 1);
        long selecting = System.nanoTime();
        kernels.select(selection);
        selectNanos = System.nanoTime() - selecting;
        Residual residual = kernels.decode(objective);
        if (dead.length > 0) {
            kernels.select(new Selection.DeadTopK(dead, Math.min(dead.length, scene.shape.width() / 2)));
            kernels.decodeAuxiliary(1 / 32.0 / residual.variance());
        }
        kernels.groupByFeature();
        double width = scene.shape.width();
        double norm = width * Math.sqrt(kernels.gradients());
        double risen = warmUp == 0 ? 1 : Math.min(1, (double) step / warmUp);
        step++;
        kernels.update(AdamStep.at(step, rate * risen, 0.9, 0.999, 1e-8, width * Math.min(1, 1 / norm)));
        long nanos = System.nanoTime() - begin;
        fvu = residual.squares() / moments.variance();
        return nanos;
    }

    /** Of the last batch before its step. */
    double fvu() {
        return fvu;
    }

    /** Nanoseconds that encoding and selecting took of the last step. */
    long selectNanos() {
        return selectNanos;
    }

    @Override
    public void close() {
        kernels.close();
    }
}
