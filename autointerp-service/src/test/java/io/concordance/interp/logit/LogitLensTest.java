package io.concordance.interp.logit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.SafetensorsWriter;
import io.concordance.interp.logit.LogitEffects.Effect;
import io.concordance.interp.planted.Planted;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogitLensTest {
    private static final int WIDTH = 12;
    private static final int FEATURES = 7;
    private static final int VOCABULARY = 2500;

    @TempDir
    private Path dir;

    private Unembedding written(float[] matrix, int width, int vocabulary) {
        Path file = dir.resolve("u");
        new SafetensorsWriter()
                .floats("unembedding", new long[] {width, vocabulary}, matrix)
                .write(file);
        return Unembedding.open(file);
    }

    @Test
    void givesWhatThePlainProductGives() {
        float[] matrix =
                Planted.gaussian(RandomGeneratorFactory.of("L64X128MixRandom").create(4), WIDTH * VOCABULARY);
        Dictionary dictionary = Planted.random(WIDTH, FEATURES, 5);
        List<LogitEffects> found;
        try (Unembedding unembedding = written(matrix, WIDTH, VOCABULARY)) {
            found = LogitLens.of(dictionary, unembedding);
        }

        assertThat(found).hasSize(FEATURES);
        for (int j = 0; j < FEATURES; j++) {
            double[] effects = new double[VOCABULARY];
            for (int v = 0; v < VOCABULARY; v++) {
                for (int i = 0; i < WIDTH; i++) {
                    effects[v] += (double) dictionary.decoder()[j * WIDTH + i] * matrix[i * VOCABULARY + v];
                }
            }
            double mean = Arrays.stream(effects).average().orElseThrow();
            double spread = Math.sqrt(Arrays.stream(effects)
                    .map(e -> (e - mean) * (e - mean))
                    .average()
                    .orElseThrow());
            int[] order = IntStream.range(0, VOCABULARY)
                    .boxed()
                    .sorted(Comparator.comparingDouble(v -> -effects[v]))
                    .mapToInt(v -> v)
                    .toArray();
            LogitEffects own = found.get(j);
            assertThat(own.spread()).isCloseTo(spread, within(1e-4));
            // 2500 normal values pass 4.107 spreads with a chance of 5 %.
            assertThat(own.notable()).isCloseTo(4.107 * spread, within(1e-2));
            assertThat(own.promoted()).hasSize(LogitLens.SHOWN);
            for (int k = 0; k < LogitLens.SHOWN; k++) {
                Effect up = own.promoted().get(k);
                Effect down = own.suppressed().get(k);
                assertThat(up.token()).isEqualTo(order[k]);
                assertThat(up.effect()).isCloseTo(effects[order[k]] - mean, within(1e-4));
                assertThat(down.token()).isEqualTo(order[VOCABULARY - 1 - k]);
                assertThat(down.effect()).isCloseTo(effects[order[VOCABULARY - 1 - k]] - mean, within(1e-4));
            }
        }
    }

    @Test
    void refusesAMatrixThatDoesNotFit() {
        try (Unembedding unembedding = written(new float[3 * 5], 3, 5)) {
            assertThatThrownBy(() -> LogitLens.of(Planted.random(4, 2, 1), unembedding))
                    .isInstanceOf(FieldProblem.class)
                    .hasMessageContaining("unembedding.width");
        }
        assertThatThrownBy(() -> written(new float[4], 4, 1)).isInstanceOf(FieldProblem.class);
    }

    @Test
    void readsHooksOnTheStreamOnly() {
        assertThat(Unembedding.reads("blocks.2.hook_resid_post")).isTrue();
        assertThat(Unembedding.reads("blocks.11.hook_mlp_out")).isTrue();
        assertThat(Unembedding.reads("hook_embed")).isTrue();
        assertThat(Unembedding.reads("blocks.2.attn.hook_z")).isFalse();
        assertThat(Unembedding.reads("ln_final.hook_normalized")).isFalse();
        assertThat(Unembedding.reads("/encoder/Add_3_output_0")).isFalse();
    }
}
