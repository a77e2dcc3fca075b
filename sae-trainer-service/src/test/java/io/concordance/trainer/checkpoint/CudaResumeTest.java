package io.concordance.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.trainer.kernel.CudaEmulator;
import io.concordance.trainer.kernel.OtherArithmetic;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.SparseData;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.MemoryShards;
import io.concordance.trainer.stream.ShardOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that move between the CPU and an emulated GPU. */
class CudaResumeTest {
    private static final int WIDTH = 10;
    private static final Processor CPU = Processor.cpu(1);
    private static final Processor OWN = Processor.of("cuda:0", "in-order", 1, "off");
    private static final Processor CUBLAS = Processor.of("cuda:0", "cublas", 1, "off");

    @TempDir
    static Path folder;

    private static CudaEmulator emulator;

    private final ShardOrder order = new ShardOrder(List.of(new ShardOrder.Job("job", 1)));
    private final MemoryShards shards = new MemoryShards(WIDTH);

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        emulator = new CudaEmulator(folder);
    }

    @AfterAll
    static void forget() {
        emulator.close();
    }

    private Training training(Processor processor, @Nullable Checkpoint from) {
        if (from == null) {
            shards.add(order.at(0).job(), order.at(0).slice(), new SparseData(WIDTH, 30, 3, 1).rows(700, 0), true);
        }
        TrainConfig config = TrainConfig.of(40, 4, Activation.MATRYOSHKA, 2000, 9, 64, null, 300);
        return new Training(config, WIDTH, order, shards, processor, from);
    }

    private static byte[] bytes(Checkpoint checkpoint) {
        return CheckpointFile.writer(checkpoint).toBytes();
    }

    private static Checkpoint stored(Training training) {
        Path file = folder.resolve("middle.safetensors");
        CheckpointFile.write(training.checkpoint(), file);
        return CheckpointFile.read(file);
    }

    private static void advance(Training training, int steps) {
        for (int i = 0; i < steps; i++) {
            training.advance();
        }
    }

    @Test
    void aRunOfOneArithmeticMovesBetweenCpuAndGpuWithoutATrace() {
        byte[] expected;
        Checkpoint middle;
        try (Training whole = training(CPU, null)) {
            advance(whole, 12);
            middle = stored(whole);
            advance(whole, 100);
            expected = bytes(whole.checkpoint());
        }
        for (Processor processor : List.of(OWN, CUBLAS)) {
            try (Training rest = training(processor, middle)) {
                assertThat(rest.engine()).isEqualTo("cuda in-order on emulated");
                advance(rest, 100);
                assertThat(bytes(rest.checkpoint())).isEqualTo(expected);
            }
        }
    }

    @Test
    void aRunOfAnotherArithmeticStaysWhereItsArithmeticIs() {
        Checkpoint middle;
        try (Training begun = training(CUBLAS, null)) {
            advance(begun, 3);
            middle = stored(begun);
        }
        assertThat(middle.arithmetic()).isEqualTo("cublas/sm_90");
        assertThatThrownBy(() -> training(CPU, middle)).isInstanceOf(OtherArithmetic.class);
        for (Processor processor : List.of(CUBLAS, OWN)) {
            try (Training rest = training(processor, middle)) {
                advance(rest, 1);
                assertThat(rest.checkpoint().arithmetic()).isEqualTo(middle.arithmetic());
            }
        }
    }
}
