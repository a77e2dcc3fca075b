package io.concordance.contracts.dictionary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignDictionaryTest {
    private static final int WIDTH = 8;
    private static final int FEATURES = 24;
    private static final int K = 4;

    @TempDir
    Path folder;

    private record Expected(float[] rows, float[] features, float[] reconstruction) {
        static Expected of(String name) {
            try (SafetensorsFile file = SafetensorsFile.open(fixture(name).resolve("rows.safetensors"))) {
                return new Expected(file.floats("rows"), file.floats("features"), file.floats("reconstruction"));
            }
        }

        int count() {
            return rows.length / WIDTH;
        }
    }

    private static Path fixture(String name) {
        try {
            return Path.of(Objects.requireNonNull(ForeignDictionaryTest.class.getResource("/foreign/" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ForeignDictionary read(String name) {
        Path files = fixture(name);
        Path weights = files.resolve(DictionaryFiles.WEIGHTS);
        return ForeignDictionary.read(
                files.resolve(DictionaryFiles.CONFIG),
                Files.exists(weights) ? weights : files.resolve(SparsifyFiles.WEIGHTS));
    }

    private static float[] activations(Dictionary dictionary, float[] rows) {
        float[] dense = new float[rows.length / WIDTH * FEATURES];
        new SparseEncoder(dictionary)
                .encode(rows, rows.length / WIDTH, (row, feature, value) -> dense[row * FEATURES + feature] = value);
        return dense;
    }

    private static float[] largest(ForeignDictionary foreign, float[] rows) {
        float[] dense = activations(foreign.unthresholded(), rows);
        for (int r = 0; r < rows.length / WIDTH; r++) {
            int at = r * FEATURES;
            int[] order = IntStream.range(0, FEATURES)
                    .boxed()
                    .sorted(Comparator.comparing((Integer j) -> -dense[at + j] * foreign.selectionScale(j)))
                    .mapToInt(Integer::intValue)
                    .toArray();
            Arrays.stream(order, K, FEATURES).forEach(j -> dense[at + j] = 0);
        }
        return dense;
    }

    private static void agree(Dictionary dictionary, float[] found, Expected expected) {
        float[] reconstruction = new float[WIDTH];
        for (int r = 0; r < expected.count(); r++) {
            int[] active = new int[FEATURES];
            float[] values = new float[FEATURES];
            int count = 0;
            for (int j = 0; j < FEATURES; j++) {
                float value = found[r * FEATURES + j];
                float wanted = expected.features[r * FEATURES + j];
                assertThat(value > 0).as("row %d feature %d active", r, j).isEqualTo(wanted > 0);
                assertThat(value).as("row %d feature %d", r, j).isCloseTo(wanted, within(1e-5f));
                if (value > 0) {
                    active[count] = j;
                    values[count++] = value;
                }
            }
            dictionary.decode(active, values, count, reconstruction);
            for (int i = 0; i < WIDTH; i++) {
                assertThat(reconstruction[i]).isCloseTo(expected.reconstruction[r * WIDTH + i], within(1e-5f));
            }
        }
        assertThat(found).as("something fires").contains(found[indexOfPositive(found)]);
    }

    private static int indexOfPositive(float[] found) {
        return IntStream.range(0, found.length)
                .filter(i -> found[i] > 0)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "standard, standard, folded, kept",
        "standard-f16, standard, folded, kept",
        "standard-input-bias, standard, folded, folded",
        "jumprelu, jumprelu, folded, kept",
        "jumprelu-bf16, jumprelu, folded, kept",
        "batchtopk, batchtopk, kept, kept",
        "matryoshka, matryoshka, kept, kept"
    })
    void readsRowsAsSaeLensDoes(String name, String training, String decoder, String inputBias) {
        ForeignDictionary foreign = read(name);
        Dictionary dictionary = foreign.publish("organism", "blocks.3.hook_resid_post", Double.NaN, 4, 0.5);

        assertThat(foreign.needsThreshold()).isFalse();
        assertThat(foreign.training()).isEqualTo(training);
        assertThat(foreign.origin().decoder()).isEqualTo(decoder);
        assertThat(foreign.origin().inputBias()).isEqualTo(inputBias);
        assertThat(foreign.hook()).isEqualTo("blocks.3.hook_resid_post");
        assertThat(dictionary.info().model()).isEqualTo("organism");
        Expected expected = Expected.of(name);
        agree(dictionary, activations(dictionary, expected.rows), expected);
        for (int j = 0; j < FEATURES; j++) {
            double norm = 0;
            for (int i = 0; i < WIDTH; i++) {
                norm += Math.pow(dictionary.decoder()[j * WIDTH + i], 2);
            }
            assertThat(norm).isCloseTo(1, within(1e-6));
        }
    }

    @ParameterizedTest
    @CsvSource({"topk, kept", "topk-own-norms, folded", "sparsify, kept"})
    void theLargestOfARowAreThoseOfThePackage(String name, String decoder) {
        ForeignDictionary foreign = read(name);

        assertThat(foreign.needsThreshold()).isTrue();
        assertThat(foreign.k()).isEqualTo(K);
        assertThat(foreign.origin().decoder()).isEqualTo(decoder);
        Expected expected = Expected.of(name);
        agree(foreign.unthresholded(), largest(foreign, expected.rows), expected);
    }

    @Test
    void aMeasuredBorderBecomesAThresholdInTheUnitsOfTheChoice() {
        Dictionary even = read("topk").publish("m", "h", 0.25, 4, 0.5);
        ForeignDictionary uneven = read("topk-own-norms");
        Dictionary own = uneven.publish("m", "h", 0.25, 4, 0.5);

        assertThat(even.threshold()).containsOnly(0.25f);
        assertThat(even.info().architecture()).isEqualTo("topk");
        assertThat(own.info().architecture()).isEqualTo("jumprelu");
        for (int j = 0; j < FEATURES; j++) {
            assertThat(own.threshold()[j] * uneven.selectionScale(j)).isCloseTo(0.25f, within(1e-6f));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard", "jumprelu", "batchtopk", "topk"})
    void whatWasImportedGoesOutAndComesBackBitForBit(String name) {
        Dictionary first = read(name).publish("m", "blocks.3.hook_resid_post", 0.125, 4, 0.5);
        DictionaryFiles.write(first, folder);
        Dictionary second = ForeignDictionary.read(
                        folder.resolve(DictionaryFiles.CONFIG), folder.resolve(DictionaryFiles.WEIGHTS))
                .publish("m", "blocks.3.hook_resid_post", 9, 4, 0.5);

        same(second, first);
        assertThat(DictionaryFiles.read(folder).info()).isEqualTo(first.info());
        assertThat(second.info().trainingArchitecture()).isEqualTo(first.info().trainingArchitecture());
    }

    @Test
    void theSparsifyLayoutCarriesATopKDictionaryBitForBit() {
        Dictionary first = read("sparsify").publish("m", "blocks.3.hook_resid_post", 0.125, 4, 0.5);
        SparsifyFiles.write(first, folder);
        ForeignDictionary back =
                ForeignDictionary.read(folder.resolve(SparsifyFiles.CONFIG), folder.resolve(SparsifyFiles.WEIGHTS));

        assertThat(back.needsThreshold()).isFalse();
        assertThat(back.hook()).isEqualTo("blocks.3.hook_resid_post");
        same(back.publish("m", "blocks.3.hook_resid_post", 9, 4, 0.5), first);
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> SparsifyFiles.write(read("batchtopk").publish("m", "h", 0, 4, 0.5), folder))
                .extracting(FieldProblem::field)
                .isEqualTo("architecture");
    }

    private static void same(Dictionary found, Dictionary wanted) {
        assertThat(found.encoder()).isEqualTo(wanted.encoder());
        assertThat(found.encoderBias()).isEqualTo(wanted.encoderBias());
        assertThat(found.decoder()).isEqualTo(wanted.decoder());
        assertThat(found.decoderBias()).isEqualTo(wanted.decoderBias());
        assertThat(found.threshold()).isEqualTo(wanted.threshold());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"d_in\": 8 | \"d_in\": 9 | weights.W_enc.shape",
                "\"d_sae\": 24 | \"d_sae\": 23 | weights.W_enc.shape",
                "\"d_in\": 8 | \"d_in\": 0 | config.d_in",
                "\"d_in\": 8 | \"d_in\": -8 | config.d_in",
                "\"d_in\": 8 | \"d_in\": 1e99 | config.d_in",
                "\"d_sae\": 24 | \"d_sae\": 99999999 | config.d_sae",
                "\"d_sae\": 24 | \"d_sae\": \"24\" | config.d_sae",
                "\"d_sae\": 24, | '' | config.d_sae",
                "\"architecture\": \"jumprelu\" | \"architecture\": \"gated\" | config.architecture",
                "\"architecture\": \"jumprelu\" | \"architecture\": \"topk\" | config.k",
                "\"architecture\": \"jumprelu\" | \"architecture\": 3 | config.architecture",
                "\"architecture\": \"jumprelu\" | \"architecture\": \"standard\" | weights.threshold",
                "\"normalize_activations\": \"none\" | \"normalize_activations\": \"layer_norm\" | config.normalize_activations",
                "\"normalize_activations\": \"none\" | \"normalize_activations\": true | config.normalize_activations",
                "\"normalize_activations\": \"none\" | \"normalize_activations\": \"expected_average_only_in\" | config.normalize_activations",
                "\"apply_b_dec_to_input\": true | \"apply_b_dec_to_input\": \"yes\" | config.apply_b_dec_to_input",
                "\"reshape_activations\": \"none\" | \"reshape_activations\": \"twist\" | config.reshape_activations",
                "\"dtype\": \"float32\" | \"finetuning_scaling_factor\": true | config.finetuning_scaling_factor",
                "\"d_in\": 8 | \"d_in\": 8, \"d_in\": 8 | config",
                "\"model_name\" | \"input\": {\"minus\": {}}, \"model_name\" | config.metadata.input",
                "\"model_name\" | \"hook_name\": 5, \"model_name\" | config",
                "{\"metadata\" | [{\"metadata\" | config"
            })
    void aConfigurationThatCannotBeCarriedIsRefusedByName(String entry, String replacement, String field)
            throws IOException {
        String text = Files.readString(fixture("batchtopk").resolve(DictionaryFiles.CONFIG));
        assertThat(text).contains(entry);
        Path config = folder.resolve(DictionaryFiles.CONFIG);
        Files.writeString(config, text.replaceFirst(java.util.regex.Pattern.quote(entry), replacement));

        refused(config, fixture("batchtopk").resolve(DictionaryFiles.WEIGHTS), field);
    }

    @ParameterizedTest
    @CsvSource({
        "\"transcode\": false, \"transcode\": true, config.transcode",
        "\"skip_connection\": false, \"skip_connection\": true, config.skip_connection",
        "\"k\": 4, \"k\": 25, config.k",
        "\"activation\": \"topk\", \"activation\": \"groupmax\", config.activation",
        "\"expansion_factor\": 3, \"expansion_factor\": 99999999, config.expansion_factor",
        "\"num_latents\": 0, \"num_latents\": 25, weights.encoder.weight.shape"
    })
    void soIsOneOfSparsify(String entry, String replacement, String field) throws IOException {
        String text = Files.readString(fixture("sparsify").resolve(SparsifyFiles.CONFIG));
        assertThat(text).contains(entry);
        Path config = folder.resolve(SparsifyFiles.CONFIG);
        Files.writeString(config, text.replace(entry, replacement));

        refused(config, fixture("sparsify").resolve(SparsifyFiles.WEIGHTS), field);
    }

    private void refused(Path config, Path weights, String field) {
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> ForeignDictionary.read(config, weights))
                .extracting(FieldProblem::field)
                .isEqualTo(field);
    }

    /** Weights of the jumprelu fixture with one thing wrong. */
    private void refusedWeights(String field, java.util.function.Consumer<Tensors> edit) {
        Tensors tensors = new Tensors();
        edit.accept(tensors);
        Path weights = folder.resolve("edited.safetensors");
        tensors.write(weights);
        refused(fixture("jumprelu").resolve(DictionaryFiles.CONFIG), weights, field);
    }

    private static final class Tensors {
        final java.util.Map<String, float[]> values = new java.util.TreeMap<>();
        final java.util.Map<String, long[]> shapes = new java.util.TreeMap<>();
        DType dtype = DType.F32;

        Tensors() {
            try (SafetensorsFile file = SafetensorsFile.open(fixture("jumprelu").resolve(DictionaryFiles.WEIGHTS))) {
                file.tensors().forEach((name, info) -> {
                    values.put(name, file.floats(name));
                    shapes.put(
                            name,
                            info.shape().stream().mapToLong(Long::longValue).toArray());
                });
            }
        }

        void write(Path target) {
            SafetensorsWriter writer = new SafetensorsWriter();
            values.forEach((name, data) -> {
                if (dtype == DType.F64 && name.equals("W_dec")) {
                    double[] wide = new double[data.length];
                    writer.tensor(name, dtype, shapes.get(name), MemorySegment.ofArray(wide));
                } else {
                    writer.floats(name, shapes.get(name), data);
                }
            });
            writer.write(target);
        }
    }

    @Test
    void weightsThatDoNotFitAreRefusedByName() throws IOException {
        refusedWeights("weights.W_dec[9]", tensors -> tensors.values.get("W_dec")[9] = Float.NaN);
        refusedWeights("weights.b_enc[3]", tensors -> tensors.values.get("b_enc")[3] = Float.POSITIVE_INFINITY);
        refusedWeights("weights.threshold[0]", tensors -> tensors.values.get("threshold")[0] = Float.NEGATIVE_INFINITY);
        refusedWeights("weights.b_dec", tensors -> tensors.values.remove("b_dec"));
        refusedWeights("weights.log_threshold", tensors -> {
            tensors.values.put("log_threshold", new float[1]);
            tensors.shapes.put("log_threshold", new long[] {1});
        });
        refusedWeights("weights.W_enc.shape", tensors -> tensors.shapes.put("W_enc", new long[] {24, 8}));
        refusedWeights("weights.W_dec[0]", tensors -> Arrays.fill(tensors.values.get("W_dec"), 0, WIDTH, 0));
        refusedWeights("weights.W_enc", tensors -> {
            Arrays.fill(tensors.values.get("W_enc"), 3e38f);
            tensors.values.get("W_dec")[0] = 1e6f;
        });
        refusedWeights("weights.W_dec.dtype", tensors -> tensors.dtype = DType.F64);
        Path garbage = folder.resolve("garbage");
        Files.write(garbage, new byte[] {1, 2, 3});
        refused(fixture("jumprelu").resolve(DictionaryFiles.CONFIG), garbage, "weights.header");
        refused(garbage, fixture("jumprelu").resolve(DictionaryFiles.WEIGHTS), "config");
        Path endless = folder.resolve("long");
        Files.writeString(endless, "{\"x\": \"" + "y".repeat(1 << 20) + "\"}");
        refused(endless, fixture("jumprelu").resolve(DictionaryFiles.WEIGHTS), "config");
    }

    @Test
    void aFileFromBeforeVersionSixIsRead() throws IOException {
        Path config = folder.resolve(DictionaryFiles.CONFIG);
        Files.writeString(config, """
                {"d_in": 8, "d_sae": 24, "dtype": "float32", "hook_name": "blocks.1.hook_resid_pre", "model_name": "gpt2",
                 "activation_fn_str": "topk", "activation_fn_kwargs": {"k": 4}, "normalize_activations": "none",
                 "finetuning_scaling_factor": false}
                """);
        ForeignDictionary foreign =
                ForeignDictionary.read(config, fixture("topk").resolve(DictionaryFiles.WEIGHTS));

        assertThat(foreign.needsThreshold()).isTrue();
        assertThat(foreign.k()).isEqualTo(4);
        assertThat(foreign.hook()).isEqualTo("blocks.1.hook_resid_pre");
        assertThat(foreign.model()).isEqualTo("gpt2");
    }
}
