package io.concordance.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.PositionOffsets;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.statistics.MomentsByGroup;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.Position;
import io.concordance.trainer.step.SparseData;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.Differences;
import io.concordance.trainer.stream.MemoryShards;
import io.concordance.trainer.stream.RowColumns;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dictionaries of what is not an activation as it is: differences of two models, rows less the mean at their position. */
class InputTest {
    private static final long SEED = 23;
    private static final int WIDTH = 24;
    private static final int SLICES = 10;
    private static final int ROWS = 600;
    private static final int DOCUMENT = 50;
    private final SparseData data = new SparseData(WIDTH, 60, 4, SEED);
    private final ShardOrder order = new ShardOrder(List.of(new ShardOrder.Job("tuned", SLICES)));

    @TempDir
    Path folder;

    private static RowColumns columns(int slice) {
        int[] document = new int[ROWS];
        int[] position = new int[ROWS];
        int[] token = new int[ROWS];
        List<String> ids = new ArrayList<>();
        for (int r = 0; r < ROWS; r++) {
            document[r] = r / DOCUMENT;
            position[r] = r % DOCUMENT;
            token[r] = (r * 31 + slice) % 97;
            if (position[r] == 0) {
                ids.add(slice + "/" + document[r]);
            }
        }
        return new RowColumns(document, position, token, ids);
    }

    private Training training(TrainConfig config, ShardSource source, int threads, Checkpoint from) {
        return new Training(config, WIDTH, order, source, Processor.cpu(threads), from);
    }

    private static Training finished(Training training) {
        while (training.advance() != Training.Advance.DONE) {}
        return training;
    }

    /** Trains, losing everything since the last checkpoint now and then. */
    private String killed(TrainConfig config, ShardSource source) {
        Random random = new Random(SEED);
        Checkpoint last = null;
        while (true) {
            try (Training training = training(config, source, 1 + random.nextInt(2), last)) {
                for (int i = random.nextInt(60) + 20; i > 0; i--) {
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

    private String digest(Training training, String name) {
        return DictionaryFiles.write(training.export("tuned", "blocks.0.hook_resid_post"), folder.resolve(name));
    }

    @Test
    void aDirectionThatOneModelAddsIsWhatTheDifferenceLearns() {
        float[] added = unit(new Random(SEED));
        MemoryShards tuned = new MemoryShards(WIDTH);
        MemoryShards base = new MemoryShards(WIDTH);
        for (int slice = 0; slice < SLICES; slice++) {
            float[] rows = data.rows(ROWS, slice);
            base.add("base", slice, rows, columns(slice), true);
            tuned.add("tuned", slice, tuned(rows, added, slice), columns(slice), true);
        }
        Differences differences = new Differences(tuned, base, Map.of("tuned", "base"));
        TrainConfig config = TrainConfig.of(8, 1, Activation.TOPK, 40_000, 5, 128, 4e-3, 4000);

        Dictionary difference;
        String whole;
        try (Training training = finished(training(config, differences, 2, null))) {
            difference = training.export("tuned", "blocks.0.hook_resid_post");
            whole = digest(training, "whole");
        }
        Dictionary plain;
        try (Training training = finished(training(config, tuned, 2, null))) {
            plain = training.export("tuned", "blocks.0.hook_resid_post");
        }

        int best = best(difference, added);
        double cosine = cosine(difference, best, added);
        double plainCosine = cosine(plain, best(plain, added), added);
        System.out.println("cosine with what was added: difference " + cosine + ", tuned alone " + plainCosine);
        assertThat(cosine).isGreaterThan(0.98);
        assertThat(plainCosine).isLessThan(0.8);
        firesWhereItWasAdded(difference, best, added);
        assertThat(killed(config, differences)).isEqualTo(whole);
    }

    /** What the tuned model adds: a direction on every 13th row, and noise everywhere. */
    private static float[] tuned(float[] rows, float[] added, long seed) {
        Random random = new Random(seed);
        float[] tuned = rows.clone();
        for (int i = 0; i < tuned.length; i++) {
            tuned[i] += 0.03f * (float) random.nextGaussian() + (i / WIDTH % 13 == 0 ? 0.6f * added[i % WIDTH] : 0);
        }
        return tuned;
    }

    private void firesWhereItWasAdded(Dictionary dictionary, int feature, float[] added) {
        float[] rows = data.rows(1300, 999);
        float[] less = tuned(rows, added, 999);
        for (int i = 0; i < less.length; i++) {
            less[i] -= rows[i];
        }
        int[] fired = new int[2];
        new SparseEncoder(dictionary).encodeInputs(less, 1300, (row, f, value) -> {
            if (f == feature && value > 0.3) {
                fired[row % 13 == 0 ? 0 : 1]++;
            }
        });
        assertThat(fired[0]).as("of 100 rows with it").isGreaterThanOrEqualTo(99);
        assertThat(fired[1]).as("of 1200 rows without it").isLessThan(12);
    }

    private static float[] unit(Random random) {
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

    private static double cosine(Dictionary dictionary, int feature, float[] direction) {
        double cosine = 0;
        for (int c = 0; c < WIDTH; c++) {
            cosine += dictionary.decoder()[feature * WIDTH + c] * direction[c];
        }
        return cosine;
    }

    private static int best(Dictionary dictionary, float[] direction) {
        int best = 0;
        for (int f = 1; f < dictionary.features(); f++) {
            best = cosine(dictionary, f, direction) > cosine(dictionary, best, direction) ? f : best;
        }
        return best;
    }

    @Test
    void whatPositionMakesOfARowIsLearntTakenOffAndGivenBack() {
        MemoryShards shards = new MemoryShards(WIDTH);
        for (int slice = 0; slice < SLICES; slice++) {
            float[] rows = data.rows(ROWS, slice);
            addHelix(rows);
            shards.add("tuned", slice, rows, columns(slice), true);
        }
        TrainConfig left = TrainConfig.of(96, 4, Activation.BATCHTOPK, 60_000, 5, 128, 3e-3, 4000);
        TrainConfig config = left.position(Position.SUBTRACT);

        Dictionary with;
        String whole;
        try (Training training = finished(training(left, shards, 2, null))) {
            with = training.export("tuned", "blocks.0.hook_resid_post");
            assertThat(training.positions()).isNotNull();
            assertThat(training.positions().offsets()).isNull();
            assertThat(training.positions().explained().eta2()).isBetween(0.4, 0.9);
        }
        Dictionary without;
        try (Training training = finished(training(config, shards, 2, null))) {
            without = training.export("tuned", "blocks.0.hook_resid_post");
            whole = digest(training, "whole");
            assertThat(training.positions()).isNotNull();
            assertThat(training.positions().explained().rows()).isEqualTo(SLICES * ROWS);
            assertThat(training.positions().explained().omega2()).isBetween(0.4, 0.9);
        }

        learntTheHelix(without.input().positions());
        double positional = positional(with);
        double rest = positional(without);
        System.out.println("variance of features explained by position: " + positional + ", subtracted " + rest);
        assertThat(positional).isGreaterThan(0.15);
        assertThat(rest).isLessThan(0.03);
        assertThat(fvu(without)).isLessThan(0.2);
        assertThat(killed(config, shards)).isEqualTo(whole);
        assertThat(DictionaryFiles.read(folder.resolve("whole"))
                        .input()
                        .positions()
                        .values())
                .isEqualTo(without.input().positions().values());
    }

    private static double helix(int position, int column) {
        return column < 4 ? 2.5 * Math.cos(position / (5.0 + 3 * column) + column) : 0;
    }

    private static void addHelix(float[] rows) {
        for (int i = 0; i < rows.length; i++) {
            rows[i] += (float) helix(i / WIDTH % DOCUMENT, i % WIDTH);
        }
    }

    private static void learntTheHelix(PositionOffsets offsets) {
        assertThat(offsets.positions()).isEqualTo(DOCUMENT);
        for (int c = 0; c < WIDTH; c++) {
            double mean = 0;
            for (int p = 0; p < DOCUMENT; p++) {
                mean += helix(p, c) / DOCUMENT;
            }
            for (int p = 0; p < DOCUMENT; p++) {
                assertThat((double) offsets.values()[p * WIDTH + c]).isCloseTo(helix(p, c) - mean, within(0.35));
            }
        }
    }

    /** Share of the variance of all activations that position explains, on rows of their own. */
    private double positional(Dictionary dictionary) {
        float[] rows = data.rows(ROWS, 777);
        addHelix(rows);
        dictionary.input().ofActivations(rows, columns(0).position(), 0, ROWS);
        float[] activations = new float[ROWS * dictionary.features()];
        new SparseEncoder(dictionary)
                .encodeInputs(rows, ROWS, (row, f, value) -> activations[row * dictionary.features() + f] = value);
        MomentsByGroup moments = new MomentsByGroup(DOCUMENT, dictionary.features());
        for (int r = 0; r < ROWS; r++) {
            moments.add(r % DOCUMENT, activations, r * dictionary.features());
        }
        return moments.explained().omega2();
    }

    /** Of raw rows, reconstructed with their position. */
    private double fvu(Dictionary dictionary) {
        float[] raw = data.rows(ROWS, 778);
        addHelix(raw);
        int[] position = columns(0).position();
        float[] inputs = raw.clone();
        dictionary.input().ofActivations(inputs, position, 0, ROWS);
        float[][] reconstructed = new float[ROWS][WIDTH];
        for (float[] row : reconstructed) {
            System.arraycopy(dictionary.decoderBias(), 0, row, 0, WIDTH);
        }
        new SparseEncoder(dictionary).encodeInputs(inputs, ROWS, (row, f, value) -> {
            for (int c = 0; c < WIDTH; c++) {
                reconstructed[row][c] += value * dictionary.decoder()[f * WIDTH + c];
            }
        });
        double error = 0;
        double variance = 0;
        for (int c = 0; c < WIDTH; c++) {
            double mean = 0;
            for (int r = 0; r < ROWS; r++) {
                mean += raw[r * WIDTH + c] / ROWS;
            }
            for (int r = 0; r < ROWS; r++) {
                if (c == 0) {
                    dictionary.input().restore(reconstructed[r], position[r]);
                }
                error += Math.pow(raw[r * WIDTH + c] - reconstructed[r][c], 2);
                variance += Math.pow(raw[r * WIDTH + c] - mean, 2);
            }
        }
        return error / variance;
    }
}
