package io.concordance.trainer.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardWriter;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.NpyFile;
import io.concordance.contracts.tensor.NpyFolder;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.transcript.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class Nd4jTensorsTest {
    private static final int WIDTH = 5;
    private static final int FEATURES = 9;

    @TempDir
    Path folder;

    private final Random random = new Random(3);

    private float[] gaussian(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private final Dictionary dictionary = new Dictionary(
            WIDTH,
            FEATURES,
            gaussian(FEATURES * WIDTH),
            gaussian(FEATURES),
            gaussian(FEATURES * WIDTH),
            gaussian(WIDTH),
            gaussian(FEATURES),
            new DictionaryInfo("jumprelu", "batchtopk", 2, "m", "h", 0, 0, 0, 0));

    @Test
    void aDictionaryGoesToArraysAndBackBitForBit() {
        Dictionary back = Nd4jTensors.dictionary(Nd4jTensors.arrays(dictionary), dictionary.info());

        assertThat(back.encoder()).isEqualTo(dictionary.encoder());
        assertThat(back.encoderBias()).isEqualTo(dictionary.encoderBias());
        assertThat(back.decoder()).isEqualTo(dictionary.decoder());
        assertThat(back.decoderBias()).isEqualTo(dictionary.decoderBias());
        assertThat(back.threshold()).isEqualTo(dictionary.threshold());
        Map<String, INDArray> wrong = Nd4jTensors.arrays(dictionary);
        wrong.put("W_enc", wrong.get("W_dec"));
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Nd4jTensors.dictionary(wrong, dictionary.info()))
                .extracting(FieldProblem::field)
                .isEqualTo("W_enc.shape");
    }

    @Test
    void exportedNumPyFilesAreThoseArrays() {
        DictionaryFiles.write(dictionary, folder);
        try (SafetensorsFile weights = SafetensorsFile.open(folder.resolve(DictionaryFiles.WEIGHTS))) {
            NpyFolder.write(weights, folder.resolve("npy"));
        }

        Nd4jTensors.arrays(dictionary).forEach((name, array) -> {
            INDArray read = Nd4j.createFromNpyFile(
                    folder.resolve("npy").resolve(name + NpyFolder.SUFFIX).toFile());
            assertThat(read.shape()).as(name).isEqualTo(array.shape());
            assertThat(read.dup('c').data().asFloat())
                    .as(name)
                    .isEqualTo(array.dup('c').data().asFloat());
        });
    }

    @Test
    void whatNd4jWritesAsNumPyIsReadHere() throws Exception {
        INDArray array = Nd4jTensors.arrays(dictionary).get("W_dec");
        Nd4j.writeAsNumpy(array, folder.resolve("a.npy").toFile());
        NpyFile.Array read = NpyFile.read(folder.resolve("a.npy"));

        assertThat(read.dtype()).isEqualTo(DType.F32);
        assertThat(read.shape()).containsExactly((long) FEATURES, (long) WIDTH);
        assertThat(read.data().toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED))
                .isEqualTo(dictionary.decoder());
    }

    @Test
    void aShardIsAnArrayOfItsRows() throws Exception {
        float[] rows = gaussian(4 * WIDTH);
        ShardWriter writer = new ShardWriter(
                new ShardHeader("job", "model", "hook", 0, "arm", "benign", "learning"), WIDTH, DType.F32);
        writer.addDocument("doc", Outcome.OK);
        for (int r = 0; r < 4; r++) {
            writer.addRow(1, r, (byte) 0, rows, r * WIDTH);
        }
        Path file = folder.resolve("shard.safetensors");
        Files.write(file, writer.toBytes());
        try (Shard shard = Shard.open(file)) {
            INDArray array = Nd4jTensors.activations(shard);
            assertThat(List.of(array.size(0), array.size(1))).containsExactly(4L, (long) WIDTH);
            assertThat(array.data().asFloat()).isEqualTo(rows);
        }
    }
}
