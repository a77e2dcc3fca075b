package io.concordance.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.SparseData;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.MemoryShards;
import io.concordance.trainer.stream.ShardOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stopping anywhere, losing everything since the last checkpoint, changes not one byte of the result. */
class ResumeTest {
    private static final int WIDTH = 20;
    private final MemoryShards shards = new MemoryShards(WIDTH);
    private final ShardOrder order = new ShardOrder(List.of(new ShardOrder.Job("a", 6), new ShardOrder.Job("b", 4)));

    @TempDir
    Path folder;

    @BeforeEach
    void writeShards() {
        SparseData data = new SparseData(WIDTH, 40, 3, 1);
        for (int p = 0; p < order.size(); p++) {
            shards.add(order.at(p).job(), order.at(p).slice(), data.rows(150 + 37 * p, p), true);
        }
    }

    private static TrainConfig config(Activation activation) {
        return TrainConfig.of(48, 4, activation, 12_000, 9, 64, null, 700);
    }

    private Training training(TrainConfig config, int threads, Checkpoint from) {
        return new Training(config, WIDTH, order, shards, Processor.cpu(threads), from);
    }

    private String digest(Training training, String name) {
        return DictionaryFiles.write(training.export("toy", "blocks.0.hook_resid_post"), folder.resolve(name));
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void aRunKilledAtRandomPointsEndsWithTheBytesOfAnUninterruptedOne(Activation activation) {
        TrainConfig config = config(activation);
        long seed = new Random().nextLong();
        System.out.println("kill points from seed " + seed);
        Random random = new Random(seed);
        byte[] expectedState;
        String expected;
        try (Training whole = training(config, 2, null)) {
            while (whole.advance() != Training.Advance.DONE) {}
            expected = digest(whole, "whole");
            expectedState = CheckpointFile.writer(whole.checkpoint()).toBytes();
        }

        Checkpoint last = null;
        int kills = 0;
        while (true) {
            Training running = training(config, 1 + random.nextInt(2), last);
            int until = 1 + random.nextInt(40);
            int saveAt = random.nextInt(until + 1);
            boolean done = false;
            for (int i = 0; i < until && !done; i++) {
                done = running.advance() == Training.Advance.DONE;
                if (i == saveAt && !done) {
                    Path file = folder.resolve("checkpoint-" + kills);
                    CheckpointFile.write(running.checkpoint(), file);
                    last = CheckpointFile.read(file);
                }
            }
            if (done) {
                assertThat(digest(running, "killed")).isEqualTo(expected);
                assertThat(CheckpointFile.writer(running.checkpoint()).toBytes())
                        .isEqualTo(expectedState);
                running.close();
                break;
            }
            running.close();
            kills++;
        }
        System.out.println(kills + " kills, digest " + expected);
        assertThat(kills).isPositive();
    }

    @Test
    void aContinuedRunEndsWithTheSameBytesHoweverOftenItIsKilled() {
        TrainConfig config = config(Activation.BATCHTOPK);
        Dictionary start;
        try (Training first = training(config, 2, null)) {
            while (first.advance() != Training.Advance.DONE) {}
            start = first.export("toy", "h");
        }
        String expected = continued(start, "whole", Integer.MAX_VALUE);
        assertThat(continued(start, "again", Integer.MAX_VALUE)).isEqualTo(expected);
        assertThat(continued(start, "killed", 37)).isEqualTo(expected);
        assertThat(finish(config, "fresh")).isNotEqualTo(expected);
    }

    private Checkpoint saved(Training training, String name) {
        Path file = folder.resolve(name + "-" + training.step().step());
        CheckpointFile.write(training.checkpoint(), file);
        return CheckpointFile.read(file);
    }

    private String continued(Dictionary start, String name, int stepsALife) {
        TrainConfig config = TrainConfig.of(48, 4, Activation.BATCHTOPK, 9000, 10, 64, null, 700);
        Checkpoint last = null;
        while (true) {
            try (Training training = new Training(config, WIDTH, order, shards, Processor.cpu(2), last, start)) {
                for (int i = 0; i < stepsALife; i++) {
                    if (training.advance() == Training.Advance.DONE) {
                        return digest(training, name);
                    }
                    if (i == stepsALife / 2) {
                        last = saved(training, name);
                    }
                }
            }
        }
    }

    @Test
    void anotherSeedGivesAnotherDictionary() {
        TrainConfig config = config(Activation.TOPK);
        TrainConfig other = TrainConfig.of(48, 4, Activation.TOPK, 12_000, 10, 64, null, 700);
        assertThat(finish(config, "a")).isEqualTo(finish(config, "b")).isNotEqualTo(finish(other, "c"));
    }

    private String finish(TrainConfig config, String name) {
        try (Training training = training(config, 2, null)) {
            while (training.advance() != Training.Advance.DONE) {}
            return digest(training, name);
        }
    }

    @Test
    void theFirstEpochCoversEveryRow() {
        long rows = 0;
        for (int p = 0; p < order.size(); p++) {
            rows += 150 + 37 * p;
        }
        try (Training training = training(config(Activation.TOPK), 1, null)) {
            while (training.advance() != Training.Advance.DONE) {}
            assertThat(training.rowsSeen()).isEqualTo(rows);
        }
    }
}
