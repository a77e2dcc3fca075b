package io.concordance.bench.training;

import io.concordance.trainer.kernel.AdamStep;
import io.concordance.trainer.kernel.BatchMoments;
import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Kernels;
import io.concordance.trainer.kernel.Objective;
import io.concordance.trainer.kernel.Parameter;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.kernel.Quantity;
import io.concordance.trainer.kernel.Residual;
import io.concordance.trainer.kernel.Selection;
import io.concordance.trainer.kernel.StepKernels;
import io.concordance.trainer.kernel.VectorKernels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The vector kernels under the schedule of the peers: Adam, rate rising over the warm-up, and the norm of the gradient of
 * the summed squared error, which is d times that of the mean, clipped.
 */
final class OwnTrainer implements Trainer {
    private final Order order;
    private final float[][] rows;
    private final StepKernels kernels;
    private final Selection selection;
    private final Objective objective;
    private final int[] dead;
    private long step;
    private long selectNanos;

    OwnTrainer(Order order, int threads) throws IOException {
        this.order = order;
        this.rows = Floats.read(Path.of(order.rows()), order.batch() * order.d());
        KernelShape shape = new KernelShape(order.d(), order.f(), order.batch());
        this.kernels = order.screened() ? screened(shape, threads) : new VectorKernels(shape, threads);
        this.selection =
                order.trainer().equals("topk") ? new Selection.TopK(order.k()) : new Selection.BatchTopK(order.k());
        this.objective = order.trainer().equals("matryoshka")
                ? new Objective(
                        new int[] {order.f() / 16, order.f() / 8, order.f() / 4, order.f() / 2, order.f()}, 0, 0, 0)
                : Objective.reconstruction(order.f());
        this.dead = IntStream.range(0, order.dead()).toArray();
        float[] directions = Floats.read(Path.of(Objects.requireNonNull(order.directions())), order.f() * order.d())[0];
        kernels.put(Parameter.ENCODER, Quantity.VALUE, directions);
        kernels.put(Parameter.DECODER, Quantity.VALUE, directions);
    }

    /** @throws IllegalStateException where screening cannot be had or gains nothing */
    private static StepKernels screened(KernelShape shape, int threads) {
        StepKernels kernels = Kernels.open(shape, Processor.of("cpu", "cublas", threads, "required"), null);
        if (!kernels.name().endsWith("-bf16")) {
            kernels.close();
            throw new IllegalStateException("bf16 screening gains nothing at this size");
        }
        return kernels;
    }

    @Override
    public void step() {
        kernels.centre(rows[(int) (step % rows.length)], 1);
        long selecting = System.nanoTime();
        kernels.select(selection);
        selectNanos = System.nanoTime() - selecting;
        Residual residual = kernels.decode(objective);
        if (dead.length > 0) {
            kernels.select(new Selection.DeadTopK(dead, Math.min(dead.length, order.d() / 2)));
            kernels.decodeAuxiliary(1 / 32.0 / residual.variance());
        }
        kernels.groupByFeature();
        double norm = order.d() * Math.sqrt(kernels.gradients());
        double clip = order.clip() > 0 && norm > order.clip() ? order.clip() / norm : 1;
        double risen = order.warmup() == 0 ? 1 : Math.min(1, (double) step / order.warmup());
        step++;
        kernels.update(AdamStep.at(step, order.rate() * risen, 0.9, 0.999, 1e-8, order.d() * clip));
    }

    /** Fraction of variance that the reconstruction of these rows leaves unexplained, by the rule that is trained. */
    double fvu(float[] held) {
        BatchMoments moments = kernels.centre(held, 1);
        kernels.select(selection);
        return kernels.decode(objective).squares() / moments.variance();
    }

    @Override
    public float[] decoder() {
        return kernels.get(Parameter.DECODER, Quantity.VALUE);
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
