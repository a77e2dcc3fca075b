package io.concordance.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.event.HeldOutMetrics;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.SparseData;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.BadShard;
import io.concordance.trainer.stream.HeldOutSlices;
import io.concordance.trainer.stream.MemoryShards;
import io.concordance.trainer.stream.ShardOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run goes on without shards that turn out to be bad, and its bytes depend on nothing but which and when. */
class QuarantineTest {
    private static final int WIDTH = 20;
    private static final int SLICES = 8;
    private static final int ROWS = 200;
    private static final TrainConfig CONFIG = TrainConfig.of(48, 4, Activation.BATCHTOPK, 12_000, 9, 64, null, 700);
    private final SparseData data = new SparseData(WIDTH, 40, 3, 1);
    private final ShardOrder order = new ShardOrder(List.of(new ShardOrder.Job("a", SLICES)));

    @TempDir
    Path folder;

    private MemoryShards shards(int... without) {
        MemoryShards shards = new MemoryShards(WIDTH);
        for (int slice = 0; slice < SLICES; slice++) {
            int number = slice;
            boolean included = Arrays.stream(without).noneMatch(n -> n == number);
            shards.add("a", slice, data.rows(ROWS, slice), included);
        }
        return shards;
    }

    private Training training(MemoryShards shards, @Nullable Checkpoint from) {
        return new Training(CONFIG, WIDTH, order, shards, Processor.cpu(1), from);
    }

    private String digest(Training training, String name) {
        return DictionaryFiles.write(training.export("m", "h"), folder.resolve(name));
    }

    private Checkpoint saved(Training training) {
        Path file = folder.resolve("checkpoint-" + training.step().step());
        CheckpointFile.write(training.checkpoint(), file);
        return CheckpointFile.read(file);
    }

    private String trained(MemoryShards shards, String name) {
        try (Training training = training(shards, null)) {
            while (training.advance() != Training.Advance.DONE) {}
            return digest(training, name);
        }
    }

    @Test
    void aShardBadFromTheStartIsAsIfItHadNeverBeenThere() {
        MemoryShards shards = shards();
        shards.spoil("a", 5);
        String without;
        try (Training training = training(shards, null)) {
            boolean found = false;
            while (true) {
                try {
                    if (training.advance() == Training.Advance.DONE) {
                        break;
                    }
                } catch (BadShard bad) {
                    assertThat(found).as("found twice").isFalse();
                    found = true;
                    assertThat(bad.object().key()).isEqualTo("a/5");
                    shards.leaveOut(bad.object().key());
                    training.leaveOut();
                }
            }
            assertThat(found).isTrue();
            assertThat(training.rowsSeen()).isEqualTo((SLICES - 1) * ROWS);
            without = digest(training, "quarantined");
        }
        assertThat(without).isEqualTo(trained(shards(5), "never"));
        assertThat(without).isNotEqualTo(trained(shards(), "all"));
    }

    @Test
    void aRunKilledAfterItLeftAShardOutEndsWithTheSameBytes() {
        long seed = new Random().nextLong();
        System.out.println("kills from seed " + seed);
        Random random = new Random(seed);
        assertThat(spoiledOnTheWay(new Random(), 0)).isEqualTo(spoiledOnTheWay(random, 6));
    }

    /** The shard turns bad in the third epoch; the run is killed so many times, sometimes right behind that. */
    private String spoiledOnTheWay(Random random, int kills) {
        MemoryShards shards = shards();
        Training training = training(shards, null);
        Checkpoint last = null;
        int left = kills;
        while (true) {
            try {
                if (training.step().step() == 60) {
                    shards.spoil("a", 2);
                }
                if (training.advance() == Training.Advance.DONE) {
                    break;
                }
                if (random.nextInt(10) == 0) {
                    last = saved(training);
                }
            } catch (BadShard bad) {
                shards.leaveOut(bad.object().key());
                training.leaveOut();
                last = saved(training);
            }
            if (left > 0 && training.step().step() > 60 && shards.spared() && random.nextInt(8) == 0) {
                left--;
                training.close();
                training = training(shards, last);
            }
        }
        assertThat(left).isZero();
        String digest = digest(training, "kills-" + kills);
        training.close();
        return digest;
    }

    @Test
    void aWindowThatWasBegunAndCannotBeReadAgainIsGivenUp() {
        MemoryShards shards = shards();
        Training training = training(shards, null);
        for (int i = 0; i < 3; i++) {
            training.advance();
        }
        Checkpoint inTheWindow = saved(training);
        training.close();
        shards.spoil("a", 1);
        Training resumed = training(shards, inTheWindow);

        assertThatThrownBy(resumed::advance).isInstanceOf(BadShard.class);
        shards.leaveOut("a/1");
        resumed.leaveOut();
        while (resumed.advance() != Training.Advance.DONE) {}

        assertThat(resumed.rowsSeen()).isEqualTo(3 * 64 + (SLICES - 4) * ROWS);
        resumed.close();
    }

    @Test
    void aRunWithNothingButBadShardsEndsWithAReason() {
        MemoryShards shards = shards();
        Training training = training(shards, null);
        for (int slice = 0; slice < SLICES; slice++) {
            shards.spoil("a", slice);
        }
        assertThatThrownBy(() -> {
                    while (true) {
                        try {
                            training.advance();
                        } catch (BadShard bad) {
                            shards.leaveOut(bad.object().key());
                            training.leaveOut();
                        }
                    }
                })
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("jobs");
    }

    @Test
    void slicesHeldOutAreLookedAtAndNeverTrainedOn() {
        TrainConfig config = CONFIG.heldOut(0.25);
        MemoryShards shards = shards();
        try (Training training = new Training(config, WIDTH, order, shards, Processor.cpu(1), null)) {
            int looks = 0;
            while (true) {
                Training.Advance did = training.advance();
                if (did == Training.Advance.DONE) {
                    break;
                }
                training.look();
                looks += training.step().looks() ? 1 : 0;
            }
            assertThat(training.rowsSeen()).isEqualTo((SLICES - 2) * ROWS);
            assertThat(looks).isBetween(10, 19);
            HeldOutMetrics seen = training.step().metrics().heldOut();
            assertThat(seen).isNotNull();
            assertThat(seen.step()).isEqualTo(training.step().step());
            assertThat(seen.rows()).isEqualTo(120);
            assertThat(seen.fvu()).isBetween(0.001, 0.9);
            assertThat(seen.cosine()).isBetween(0.5, 1.0);
        }
    }

    @Test
    void anotherSeedHoldsOutOtherSlices() {
        ShardOrder many = new ShardOrder(List.of(new ShardOrder.Job("a", 100), new ShardOrder.Job("b", 100)));
        List<ShardOrder.Slot> first = new HeldOutSlices(many, 0.1, 1).slots();
        List<ShardOrder.Slot> second = new HeldOutSlices(many, 0.1, 2).slots();
        assertThat(first).hasSize(20).doesNotHaveDuplicates().isNotEqualTo(second);
        assertThat(new HeldOutSlices(many, 0.1, 1).slots()).isEqualTo(first);
        assertThat(new HeldOutSlices(order, 0.1, 1).slots()).isEmpty();
    }
}
