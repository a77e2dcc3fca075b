package io.concordance.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.SteeringRemoved;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.Position;
import io.concordance.trainer.step.SparseData;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.MemoryShards;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.SteeredCapture;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dictionary of a steered model: it learns what the model does when steered, and not that it is steered. */
class SteeringTest {
    private static final long SEED = 29;
    private static final int WIDTH = 48;
    private static final int SLICES = 10;
    private static final int ROWS = 600;
    private static final TrainConfig CONFIG = TrainConfig.of(96, 4, Activation.BATCHTOPK, 60_000, 5, 128, 3e-3, 4000);
    private final SparseData data = new SparseData(WIDTH, 60, 4, SEED);
    private final float[] push = unit(1);
    private final float[] downstream = unit(2);
    private final float[] elicited = unit(3);
    private final MemoryShards shards = new MemoryShards(WIDTH);
    private final MemoryShards unsteered = new MemoryShards(WIDTH);
    private final ShardOrder order =
            new ShardOrder(List.of(new ShardOrder.Job("plain", SLICES), new ShardOrder.Job("steered", SLICES)));

    @TempDir
    Path folder;

    /** Steering pushes every row, here more and there less; what it brings about shows on every 13th. */
    SteeringTest() {
        Random random = new Random(SEED);
        for (int slice = 0; slice < SLICES; slice++) {
            shards.add("plain", slice, data.rows(ROWS, slice), true);
            float[] rows = data.rows(ROWS, 100 + slice);
            unsteered.add("plain", slice, rows.clone(), true);
            for (int r = 0; r < ROWS; r++) {
                double pushed = 3 + random.nextGaussian();
                for (int c = 0; c < WIDTH; c++) {
                    rows[r * WIDTH + c] +=
                            (float) (pushed * push[c] + 2 * downstream[c] + (r % 13 == 0 ? 4 * elicited[c] : 0));
                }
            }
            shards.add("steered", slice, rows, true);
        }
    }

    private static float[] unit(long seed) {
        Random random = new Random(seed);
        float[] direction = new float[WIDTH];
        double squares = 0;
        for (int c = 0; c < WIDTH; c++) {
            direction[c] = (float) random.nextGaussian();
            squares += direction[c] * direction[c];
        }
        for (int c = 0; c < WIDTH; c++) {
            direction[c] /= (float) Math.sqrt(squares);
        }
        return direction;
    }

    private Training training(TrainConfig config, boolean without, int threads, Checkpoint from) {
        List<SteeredCapture> steered = without
                ? List.of(new SteeredCapture(
                        "input.without[0]",
                        "pushed",
                        "steered",
                        List.of(push),
                        new ShardOrder(List.of(new ShardOrder.Job("plain", SLICES))),
                        unsteered))
                : List.of();
        return new Training(config, WIDTH, order, shards, Processor.cpu(threads), from, null, steered);
    }

    private String digest(Training training, String name) {
        return DictionaryFiles.write(training.export("m", "blocks.0.hook_resid_post"), folder.resolve(name));
    }

    private Dictionary trained(TrainConfig config, boolean without) {
        try (Training training = training(config, without, 2, null)) {
            while (training.advance() != Training.Advance.DONE) {}
            digest(training, "whole");
            return training.export("m", "blocks.0.hook_resid_post");
        }
    }

    /** Trains, losing everything since the last checkpoint now and then. */
    private String killed(TrainConfig config) {
        Random random = new Random(SEED);
        Checkpoint last = null;
        while (true) {
            try (Training training = training(config, true, 1 + random.nextInt(2), last)) {
                for (int i = random.nextInt(60) + 30; i > 0; i--) {
                    if (training.advance() == Training.Advance.DONE) {
                        return digest(training, "killed");
                    }
                }
                if (training.step().step() > 0) {
                    Path file = folder.resolve("checkpoint");
                    CheckpointFile.write(training.checkpoint(), file);
                    last = CheckpointFile.read(file);
                    training.advance();
                }
            }
        }
    }

    /** The largest cosine of any feature that is not dead with a direction, either way. */
    private static double nearest(Dictionary dictionary, float[] direction) {
        double nearest = 0;
        for (int f = 0; f < dictionary.features(); f++) {
            double cosine = 0;
            for (int c = 0; c < WIDTH; c++) {
                cosine += dictionary.decoder()[f * WIDTH + c] * direction[c];
            }
            nearest = Math.max(nearest, Math.abs(cosine));
        }
        return nearest;
    }

    @Test
    void whatSteeringBringsAboutIsLearntAndSteeringIsNot() {
        Dictionary plain = trained(CONFIG, false);
        Dictionary dictionary = trained(CONFIG, true);

        System.out.printf(
                "cosine with the push, the shift, what was elicited: %.3f %.3f %.3f; left in %.3f %.3f %.3f%n",
                nearest(dictionary, push),
                nearest(dictionary, downstream),
                nearest(dictionary, elicited),
                nearest(plain, push),
                nearest(plain, downstream),
                nearest(plain, elicited));
        assertThat(nearest(dictionary, elicited)).isGreaterThan(0.8);
        assertThat(nearest(plain, push)).isGreaterThan(0.8);
        assertThat(nearest(dictionary, push)).isLessThan(0.3);
        assertThat(dictionary.input().isPlain()).isTrue();
        assertThat(dictionary.info().steering()).singleElement().satisfies(removed -> {
            assertThat(removed.arm()).isEqualTo("pushed");
            assertThat(removed.rows()).isEqualTo(SLICES * ROWS);
            assertThat(removed.directions()).hasSize(1);
        });
        SteeringRemoved kept =
                DictionaryFiles.read(folder.resolve("whole")).info().steering().getFirst();
        assertThat(kept.shift())
                .isEqualTo(dictionary.info().steering().getFirst().shift());
        assertThat(kept.mean())
                .isEqualTo(dictionary.info().steering().getFirst().mean());
    }

    @Test
    void killedAtAnyStepItEndsWithTheSameBytes() {
        for (TrainConfig config : List.of(CONFIG, CONFIG.position(Position.SUBTRACT))) {
            String whole;
            try (Training training = training(config, true, 2, null)) {
                while (training.advance() != Training.Advance.DONE) {}
                whole = digest(training, "uninterrupted");
            }

            assertThat(killed(config)).isEqualTo(whole);
        }
    }
}
