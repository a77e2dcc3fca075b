package io.concordance.bench.training;

import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Kernels;
import io.concordance.trainer.kernel.Parameter;
import io.concordance.trainer.kernel.Quantity;
import io.concordance.trainer.kernel.StepKernels;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.step.TrainStep;
import java.io.IOException;
import java.nio.file.Path;

/** TopK as the trainer service trains it, from a start and under a schedule of its own. */
final class ServiceTrainer implements Trainer {
    private final float[][] rows;
    private final StepKernels kernels;
    private final TrainStep training;

    ServiceTrainer(Order order, int threads) throws IOException {
        this.rows = Floats.read(Path.of(order.rows()), order.batch() * order.d());
        TrainConfig config = TrainConfig.of(
                order.f(),
                order.k(),
                Activation.TOPK,
                (long) order.total() * order.batch(),
                order.seed(),
                order.batch(),
                order.rate() == 0 ? null : order.rate(),
                order.batch());
        this.kernels = Kernels.open(new KernelShape(order.d(), order.f(), order.batch()), threads);
        this.training = new TrainStep(config, kernels);
        training.initialise(rows[0], order.batch());
    }

    @Override
    public void step() {
        training.run(rows[(int) (training.step() % rows.length)]);
    }

    @Override
    public float[] decoder() {
        return kernels.get(Parameter.DECODER, Quantity.VALUE);
    }

    @Override
    public void close() {
        kernels.close();
    }
}
