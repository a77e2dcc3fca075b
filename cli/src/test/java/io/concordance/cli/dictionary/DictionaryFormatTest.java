package io.concordance.cli.dictionary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.dictionary.ForeignDictionary;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DictionaryFormatTest {
    private static final int WIDTH = 3;
    private static final int FEATURES = 4;

    @TempDir
    Path folder;

    private Path scratch;

    @BeforeEach
    void aScratchFolder() throws IOException {
        scratch = Files.createDirectories(folder.resolve("scratch"));
    }

    private static Dictionary dictionary(String architecture) {
        float[] unit = new float[FEATURES * WIDTH];
        for (int j = 0; j < FEATURES; j++) {
            unit[j * WIDTH + j % WIDTH] = j == 3 ? -1 : 1;
        }
        float[] encoder = new float[FEATURES * WIDTH];
        for (int i = 0; i < encoder.length; i++) {
            encoder[i] = i / 7f;
        }
        float[] threshold = new float[FEATURES];
        Arrays.fill(threshold, 0.5f);
        return new Dictionary(
                WIDTH,
                FEATURES,
                encoder,
                new float[] {1, -2, 3, -4},
                unit,
                new float[] {0.1f, 0.2f, 0.3f},
                threshold,
                new DictionaryInfo(architecture, architecture, 2, "m", "resid_post.1", 1, 2, 3, 0.5));
    }

    @ParameterizedTest
    @EnumSource(DictionaryFormat.class)
    void whatIsExportedCanBeImported(DictionaryFormat format) throws IOException {
        Dictionary dictionary = dictionary("topk");
        DictionaryFiles.write(dictionary, folder.resolve("saelens"));
        Path target = folder.resolve("target");
        format.write(folder.resolve("saelens"), target);

        Dictionary back = ForeignDictionary.read(
                        target.resolve(DictionaryFiles.CONFIG), DictionaryFormat.weights(target, scratch))
                .publish("m", "resid_post.1", 9, 3, 0.5);

        assertThat(back.encoder()).isEqualTo(dictionary.encoder());
        assertThat(back.encoderBias()).isEqualTo(dictionary.encoderBias());
        assertThat(back.decoder()).isEqualTo(dictionary.decoder());
        assertThat(back.decoderBias()).isEqualTo(dictionary.decoderBias());
        assertThat(back.threshold()).isEqualTo(dictionary.threshold());
    }

    @Test
    void theSparsifyLayoutHasTopKDictionariesAlone() {
        DictionaryFiles.write(dictionary("jumprelu"), folder.resolve("saelens"));

        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> DictionaryFormat.SPARSIFY.write(folder.resolve("saelens"), folder.resolve("target")))
                .extracting(FieldProblem::field)
                .isEqualTo("architecture");
    }
}
