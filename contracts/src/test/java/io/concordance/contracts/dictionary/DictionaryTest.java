package io.concordance.contracts.dictionary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DictionaryTest {
    private static final long SEED = 7;

    @Test
    void theSparseEncoderFiresExactlyWhatTheFormulaSays() {
        Dictionary dictionary = random(19, 150, "jumprelu");
        Random random = new Random(SEED);
        float[] rows = new float[5 * 19];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.nextGaussian();
        }
        List<String> fired = new ArrayList<>();
        List<Float> values = new ArrayList<>();

        new SparseEncoder(dictionary).encode(rows, 5, (row, feature, value) -> {
            fired.add(row + ":" + feature);
            values.add(value);
        });

        List<String> expected = new ArrayList<>();
        List<Double> expectedValues = new ArrayList<>();
        for (int r = 0; r < 5; r++) {
            for (int j = 0; j < 150; j++) {
                double pre = dictionary.encoderBias()[j];
                for (int i = 0; i < 19; i++) {
                    pre += dictionary.encoder()[j * 19 + i]
                            * (double) (rows[r * 19 + i] - dictionary.decoderBias()[i]);
                }
                if (pre > dictionary.threshold()[j]) {
                    expected.add(r + ":" + j);
                    expectedValues.add(pre);
                }
            }
        }
        assertThat(fired).isEqualTo(expected).hasSizeGreaterThan(20);
        for (int i = 0; i < values.size(); i++) {
            assertThat((double) values.get(i)).isCloseTo(expectedValues.get(i), within(1e-4));
        }
    }

    @Test
    void aValueDoesNotDependOnHowRowsAreGrouped() {
        Dictionary dictionary = random(33, 70, "jumprelu");
        Random random = new Random(SEED);
        float[] rows = new float[8 * 33];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.nextGaussian();
        }
        float[][] together = new float[8][70];
        new SparseEncoder(dictionary).encode(rows, 8, (row, feature, value) -> together[row][feature] = value);
        float[][] alone = new float[8][70];
        SparseEncoder encoder = new SparseEncoder(dictionary);
        for (int r = 0; r < 8; r++) {
            int at = r;
            encoder.encode(Arrays.copyOfRange(rows, r * 33, (r + 1) * 33), 1, (row, f, value) -> alone[at][f] = value);
        }

        assertThat(alone).isDeepEqualTo(together);
    }

    @Test
    void filesRoundTripAndTheDigestFollowsTheContent(@TempDir Path folder) {
        Dictionary jump = random(5, 8, "jumprelu");
        String digest = DictionaryFiles.write(jump, folder.resolve("a"));
        Dictionary read = DictionaryFiles.read(folder.resolve("a"));

        assertThat(read.encoder()).isEqualTo(jump.encoder());
        assertThat(read.threshold()).isEqualTo(jump.threshold());
        assertThat(read.info()).isEqualTo(jump.info());
        assertThat(DictionaryFiles.write(read, folder.resolve("b"))).isEqualTo(digest);
        jump.decoder()[3] += 1e-3f;
        assertThat(DictionaryFiles.write(jump, folder.resolve("c"))).isNotEqualTo(digest);
    }

    @Test
    void theLayoutIsTheOneSaeLensLoads(@TempDir Path folder) throws IOException {
        DictionaryFiles.write(random(5, 8, "topk"), folder);

        JsonNode config = new ObjectMapper()
                .readTree(folder.resolve(DictionaryFiles.CONFIG).toFile());
        assertThat(config.path("architecture").asText()).isEqualTo("topk");
        assertThat(config.path("d_in").asInt()).isEqualTo(5);
        assertThat(config.path("d_sae").asInt()).isEqualTo(8);
        assertThat(config.path("k").asInt()).isEqualTo(2);
        assertThat(config.path("metadata").path("sae_lens_version").asText()).startsWith("6.");
        try (SafetensorsFile weights = SafetensorsFile.open(folder.resolve(DictionaryFiles.WEIGHTS))) {
            assertThat(weights.tensors().keySet()).containsExactlyInAnyOrder("W_enc", "b_enc", "W_dec", "b_dec");
            assertThat(weights.info("W_enc").shape()).containsExactly(5L, 8L);
            assertThat(weights.info("W_dec").shape()).containsExactly(8L, 5L);
        }
        assertThat(DictionaryFiles.read(folder).threshold()).containsOnly(0.25f);
    }

    @Test
    void whatADictionaryReadsTravelsWithIt(@TempDir Path folder) {
        PositionOffsets offsets = new PositionOffsets(3, 5, gaussian(new Random(SEED), 15));
        DictionaryInput input =
                new DictionaryInput(new DictionaryInput.Minus("base", "blocks.1.hook_resid_post"), offsets);
        Dictionary difference = random(5, 8, "jumprelu").reading(input);
        String digest = DictionaryFiles.write(difference, folder.resolve("a"));
        Dictionary read = DictionaryFiles.read(folder.resolve("a"));

        assertThat(read.input().minus()).isEqualTo(input.minus());
        assertThat(read.input().positions()).isNotNull();
        assertThat(read.input().positions().values()).isEqualTo(offsets.values());
        assertThat(DictionaryFiles.write(read, folder.resolve("b"))).isEqualTo(digest);
        assertThat(DictionaryFiles.write(random(5, 8, "jumprelu"), folder.resolve("c")))
                .isNotEqualTo(digest);
        Path config = folder.resolve("a").resolve(DictionaryFiles.CONFIG);
        Path weights = folder.resolve("a").resolve(DictionaryFiles.WEIGHTS);
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> ForeignDictionary.read(config, weights))
                .withMessageContaining("metadata.input");
    }

    @Test
    void offsetsOfPositionsAreTakenOffBeforeEncodingAndGivenBackAfter() {
        float[] values = {1, 0, 0, 2, 5, 5};
        DictionaryInput input = new DictionaryInput(null, new PositionOffsets(3, 2, values));
        float[] rows = {10, 10, 20, 20, 30, 30, 40, 40};

        input.ofActivations(rows, new int[] {7, 0, 1, 2, 9}, 1, 4);

        assertThat(rows).containsExactly(9, 10, 20, 18, 25, 25, 35, 35);
        float[] restored = {25, 25};
        input.restore(restored, 2);
        assertThat(restored).containsExactly(30, 30);
    }

    @Test
    void aReaderOfPlainActivationsRefusesADictionaryThatReadsSomethingElse() {
        DictionaryInput difference =
                new DictionaryInput(new DictionaryInput.Minus("base", "blocks.1.hook_resid_post"), null);
        SparseEncoder encoder = new SparseEncoder(random(5, 8, "jumprelu").reading(difference));

        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> encoder.encode(new float[5], 1, (row, feature, value) -> {}))
                .withMessageContaining("less those of model base");
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> difference.ofActivations(new float[5], new int[1], 0, 1));
        encoder.encodeInputs(new float[5], 1, (row, feature, value) -> {});
    }

    @Test
    void weightsOfAnotherSizeAreRefused() {
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> new Dictionary(
                        2, 3, new float[6], new float[3], new float[5], new float[2], new float[3], info("topk")))
                .extracting(FieldProblem::field)
                .isEqualTo("decoder");
    }

    private static Dictionary random(int width, int features, String architecture) {
        Random random = new Random(SEED);
        float[] threshold = new float[features];
        Arrays.fill(threshold, 0.25f);
        return new Dictionary(
                width,
                features,
                gaussian(random, features * width),
                gaussian(random, features),
                gaussian(random, features * width),
                gaussian(random, width),
                threshold,
                info(architecture));
    }

    private static DictionaryInfo info(String architecture) {
        return new DictionaryInfo(
                architecture,
                architecture.equals("topk") ? "topk" : "batchtopk",
                2,
                "organism",
                "blocks.2.hook_resid_post",
                0,
                4096,
                2.5,
                0.125);
    }

    private static float[] gaussian(Random random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
