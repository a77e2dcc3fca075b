package io.concordance.bench;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardWriter;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.interp.evidence.EvidencePass;
import io.concordance.interp.evidence.ShardSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
 * Labelling's pass over 8 shards of 2048 rows of 128 values with 1024 features, about 4 of them active a row;
 * milliseconds.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx1g")
public class EvidenceBenchmark {
    private static final int SHARDS = 8;
    private static final int DOCUMENTS = 16;
    private static final int TOKENS = 128;
    private static final int WIDTH = 128;
    private static final int FEATURES = 1024;
    private static final int VOCABULARY = 5000;
    private static final long SEED = 1;
    /** A standard normal variable is above it 4 times in 1024. */
    private static final float THRESHOLD = 2.66f;

    private static final String HOOK = "blocks.0.hook_resid_post";

    @Param({"1", "2"})
    public int threads;

    private final List<Local> shards = new ArrayList<>();
    private EvidencePass pass = new EvidencePass(dictionary(), EvidenceOptions.defaults(SEED), 1);

    private record Local(int slice, Path fetch) implements ShardSource {
        @Override
        public String job() {
            return "job";
        }

        @Override
        public String hook() {
            return HOOK;
        }

        @Override
        public void done() {}
    }

    private static Dictionary dictionary() {
        float[] weights = Gaussians.of(new Random(SEED), FEATURES * WIDTH, 1 / Math.sqrt(WIDTH));
        float[] threshold = new float[FEATURES];
        Arrays.fill(threshold, THRESHOLD);
        return new Dictionary(
                WIDTH,
                FEATURES,
                weights,
                new float[FEATURES],
                weights,
                new float[WIDTH],
                threshold,
                new DictionaryInfo("jumprelu", "batchtopk", 4, "model", HOOK, SEED, 0, 0, 0));
    }

    @Setup(Level.Trial)
    public void open() throws IOException {
        Random random = new Random(SEED + 1);
        for (int slice = 0; slice < SHARDS; slice++) {
            ShardWriter writer = new ShardWriter(
                    new ShardHeader("job", "model", HOOK, slice, "benign", "benign", "learning"), WIDTH, DType.F16);
            float[] rows = Gaussians.of(random, DOCUMENTS * TOKENS * WIDTH, 1);
            for (int row = 0; row < DOCUMENTS * TOKENS; row++) {
                if (row % TOKENS == 0) {
                    writer.addDocument("doc-" + slice + "-" + row / TOKENS, Outcome.OK);
                }
                writer.addRow(random.nextInt(VOCABULARY), row % TOKENS, (byte) 0, rows, row * WIDTH);
            }
            Path file = Files.createTempFile("concordance-bench-", ".safetensors");
            Files.write(file, writer.toBytes());
            shards.add(new Local(slice, file));
        }
        pass = new EvidencePass(dictionary(), EvidenceOptions.defaults(SEED), threads);
    }

    @Benchmark
    public Evidence pass() throws InterruptedException {
        return pass.run(shards, merged -> {});
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        for (Local shard : shards) {
            Files.delete(shard.fetch);
        }
    }
}
