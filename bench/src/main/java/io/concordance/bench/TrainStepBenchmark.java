package io.concordance.bench;

import io.concordance.trainer.kernel.AdamStep;
import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Objective;
import io.concordance.trainer.kernel.Parameter;
import io.concordance.trainer.kernel.Quantity;
import io.concordance.trainer.kernel.ScalarKernels;
import io.concordance.trainer.kernel.Selection;
import io.concordance.trainer.kernel.StepKernels;
import io.concordance.trainer.kernel.VectorKernels;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One whole training step, milliseconds. Rows a second = 1000 batch / score; the encoder alone is
 * {@code 2 batch width features} operations of it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Xmx3g"})
public class TrainStepBenchmark {
    private static final long SEED = 1;

    /** {@code vector:threads} or {@code scalar}. */
    @Param({"vector:2", "vector:1", "scalar"})
    public String engine = "";

    /** {@code width x features x batch x k}. */
    @Param({"512x8192x4096x32", "128x1024x2048x16"})
    public String size = "";

    @Param({"topk", "batchtopk"})
    public String activation = "";

    private StepKernels kernels = new ScalarKernels(new KernelShape(1, 1, 1));
    private Selection selection = new Selection.TopK(1);
    private Objective objective = Objective.reconstruction(1);
    private float[] rows = new float[0];
    private long step;

    @Setup(Level.Trial)
    public void open() {
        String[] parts = size.split("x");
        KernelShape shape =
                new KernelShape(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        int k = Integer.parseInt(parts[3]);
        selection = activation.equals("topk") ? new Selection.TopK(k) : new Selection.BatchTopK(k);
        objective = Objective.reconstruction(shape.features());
        kernels = engine.equals("scalar")
                ? new ScalarKernels(shape)
                : new VectorKernels(shape, Integer.parseInt(engine.substring(engine.indexOf(':') + 1)));
        Random random = new Random(SEED);
        rows = gaussians(random, shape.batch() * shape.width());
        float[] directions = gaussians(random, shape.features() * shape.width());
        for (int i = 0; i < directions.length; i++) {
            directions[i] /= (float) Math.sqrt(shape.width());
        }
        kernels.put(Parameter.ENCODER, Quantity.VALUE, directions);
        kernels.put(Parameter.DECODER, Quantity.VALUE, directions);
    }

    private static float[] gaussians(Random random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Benchmark
    public double step() {
        kernels.centre(rows, 1);
        kernels.select(selection);
        kernels.decode(objective);
        kernels.groupByFeature();
        double norm = Math.sqrt(kernels.gradients());
        kernels.update(AdamStep.at(++step, 1e-4, 0.9, 0.999, 1e-8, norm > 1 ? 1 / norm : 1));
        return norm;
    }

    @TearDown(Level.Trial)
    public void close() {
        kernels.close();
    }
}
