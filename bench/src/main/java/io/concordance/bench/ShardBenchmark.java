package io.concordance.bench;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardMemory;
import io.concordance.contracts.shard.ShardRows;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Outcome;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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

/** What capture does with a shard of 8192 rows of 512 values after the model ran, and training before a step; milliseconds. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
public class ShardBenchmark {
    private static final int DOCUMENTS = 64;
    private static final int TOKENS = 128;
    private static final int WIDTH = 512;
    private static final long SEED = 1;

    @Param({"F16", "BF16", "F32"})
    public String stored = "";

    private final Arena arena = Arena.ofShared();
    private final float[] widened = new float[DOCUMENTS * TOKENS * WIDTH];
    private ShardMemory shard = shard(DType.F32);
    private MemorySegment memory = MemorySegment.NULL;
    private @Nullable Path file;
    private @Nullable Shard written;

    private static ShardMemory shard(DType dtype) {
        ShardRows rows = new ShardRows(IntStream.range(0, DOCUMENTS)
                .mapToObj(d -> new ShardRows.Document("doc-" + d, Outcome.OK, new int[TOKENS], new byte[TOKENS]))
                .toList());
        ShardHeader header = new ShardHeader("job", "model", "hook", 0, "benign", "benign", "learning");
        return new ShardMemory(header, rows, WIDTH, dtype, true);
    }

    @Setup(Level.Trial)
    public void open() throws IOException {
        shard = shard(DType.valueOf(stored));
        memory = arena.allocate(shard.bytes());
        MemorySegment activations = shard.activations(memory, 0, DOCUMENTS * TOKENS);
        Random random = new Random(SEED);
        // Whatever the element type: bytes of small finite numbers.
        for (long i = 0; i < activations.byteSize(); i++) {
            activations.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(0x3C));
        }
        shard.finish(memory);
        file = Files.createTempFile("concordance-bench-", ".safetensors");
        Files.write(file, memory.toArray(ValueLayout.JAVA_BYTE));
        written = Shard.open(file);
    }

    /** Columns and sums by position written behind activations that lie in place already. */
    @Benchmark
    public MemorySegment seal() {
        shard.finish(memory);
        return memory;
    }

    @Benchmark
    public String digest() {
        return Digests.sha256(memory);
    }

    /** Stored values to floats. */
    @Benchmark
    public float[] widen() {
        Objects.requireNonNull(written).activations(0, DOCUMENTS * TOKENS, widened, 0);
        return widened;
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        Objects.requireNonNull(written).close();
        Files.delete(Objects.requireNonNull(file));
        arena.close();
    }
}
