package io.concordance.bench;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.dictionary.SparseEncoder;
import java.util.Arrays;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * 256 rows read with a dictionary by one thread, milliseconds: what labelling does with every shard and a monitor with
 * every batch. {@code 512 width features} operations.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx1g")
public class SparseEncoderBenchmark {
    private static final int ROWS = 256;
    private static final long SEED = 1;
    /** A standard normal variable is above it 32 times in 8192. */
    private static final float THRESHOLD = 2.66f;

    /** {@code width x features}. */
    @Param({"512x8192", "128x1024"})
    public String size = "";

    private SparseEncoder encoder = new SparseEncoder(dictionary(1, 1));
    private float[] rows = new float[0];

    @Setup(Level.Trial)
    public void open() {
        String[] parts = size.split("x");
        int width = Integer.parseInt(parts[0]);
        encoder = new SparseEncoder(dictionary(width, Integer.parseInt(parts[1])));
        rows = Gaussians.of(new Random(SEED), ROWS * width, 1);
    }

    private static Dictionary dictionary(int width, int features) {
        float[] weights = Gaussians.of(new Random(SEED + 1), features * width, 1 / Math.sqrt(width));
        float[] threshold = new float[features];
        Arrays.fill(threshold, THRESHOLD);
        return new Dictionary(
                width,
                features,
                weights,
                new float[features],
                weights,
                new float[width],
                threshold,
                new DictionaryInfo("jumprelu", "batchtopk", 1, "model", "hook", SEED, 0, 0, 0));
    }

    @Benchmark
    public double encode() {
        double[] sum = new double[1];
        encoder.encode(rows, ROWS, (row, feature, value) -> sum[0] += value);
        return sum[0];
    }
}
