package io.concordance.contracts.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsWriter;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShardTest {
    private static final ShardHeader HEADER =
            new ShardHeader("job", "model", "blocks.2.hook_resid_post", 3, "off-policy", "off-policy", "learning");

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "BF16", "F32"})
    void rowsComeBackWithTheirProvenance(DType dtype, @TempDir Path folder) {
        Path file = folder.resolve("s.safetensors");
        int rows = 700;
        ShardWriter writer = new ShardWriter(HEADER, 4, dtype);
        for (int row = 0; row < rows; row++) {
            if (row % 100 == 0) {
                writer.addDocument("doc \"" + row / 100 + "\"", row < 300 ? Outcome.BAD : Outcome.OK);
            }
            writer.addRow(row * 3, row % 100, Span.Kind.RAW.code(), new float[] {row % 250, -(row % 250), 0.5f, 2}, 0);
        }
        writer.write(file);

        try (Shard shard = Shard.open(file)) {
            assertThat(shard.header()).isEqualTo(HEADER);
            assertThat(shard.rows()).isEqualTo(rows);
            assertThat(shard.documentIds()).hasSize(7).contains("doc \"3\"");
            float[] part = new float[9];
            shard.activations(650, 2, part, 1);
            assertThat(part).containsExactly(0, 150, -150, 0.5f, 2, 151, -151, 0.5f, 2);
            float[] row = new float[5];
            shard.activation(651, row, 1);
            assertThat(Arrays.copyOfRange(row, 1, 5)).isEqualTo(Arrays.copyOfRange(part, 5, 9));
            assertThat(shard.tokens()[699]).isEqualTo(2097);
            assertThat(shard.documents()[650]).isEqualTo(6);
            assertThat(shard.positions()[650]).isEqualTo(50);
            assertThat(shard.outcomes()[299]).isEqualTo(Outcome.BAD.code());
            assertThat(shard.outcomes()[300]).isEqualTo(Outcome.OK.code());
        }
    }

    @Test
    void aFileThatIsNoShardIsRefused(@TempDir Path folder) {
        Path file = folder.resolve("s.safetensors");
        new SafetensorsWriter()
                .metadata("format", "other")
                .floats("activation", new long[] {1, 1}, new float[1])
                .write(file);

        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Shard.open(file).close())
                .extracting(FieldProblem::field)
                .isEqualTo("format");
    }
}
