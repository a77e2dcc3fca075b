package io.concordance.contracts.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpyFileTest {
    /** {@code numpy.save(file, numpy.arange(6, dtype="<f4").reshape(2, 3))} of NumPy 2. */
    private static final String BY_NUMPY =
            "934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72"
                    + "646572273a2046616c73652c20277368617065273a2028322c2033292c207d" + "20".repeat(58) + "0a"
                    + "000000000000803f0000004000004040000080400000a040";

    @TempDir
    Path folder;

    @Test
    void theBytesAreThoseOfNumPy() throws IOException {
        byte[] numpy = HexFormat.of().parseHex(BY_NUMPY);
        Path file = folder.resolve("a.npy");
        MemorySegment data = MemorySegment.ofArray(new float[] {0, 1, 2, 3, 4, 5});
        NpyFile.write(file, new NpyFile.Array(DType.F32, List.of(2L, 3L), data));

        assertThat(HexFormat.of().formatHex(Files.readAllBytes(file)))
                .isEqualTo(HexFormat.of().formatHex(numpy));
        NpyFile.Array read = NpyFile.read(file);
        assertThat(read.shape()).containsExactly(2L, 3L);
        assertThat(read.dtype()).isEqualTo(DType.F32);
        assertThat(read.data().mismatch(data)).isEqualTo(-1);
    }

    @Test
    void aSafetensorsFileGoesToAFolderAndBack() {
        Path source = folder.resolve("s.safetensors");
        new SafetensorsWriter()
                .floats("W_dec", new long[] {2, 2}, new float[] {1, 2, 3, 4})
                .halves("rows", new long[] {1, 2}, new short[] {0x3c00, 0x4000})
                .longs("ids", new long[] {1}, new long[] {-7})
                .tensor("brain", DType.BF16, new long[] {2}, MemorySegment.ofArray(new short[] {0x3f80, 0x4000}))
                .floats("one", new long[0], new float[] {9})
                .floats("none", new long[] {0, 4}, new float[0])
                .write(source);
        try (SafetensorsFile file = SafetensorsFile.open(source)) {
            NpyFolder.write(file, folder.resolve("npy"));
        }
        Path back = folder.resolve("back.safetensors");
        NpyFolder.read(folder.resolve("npy")).write(back);
        try (SafetensorsFile file = SafetensorsFile.open(back)) {
            assertThat(file.tensors().keySet()).containsExactly("W_dec", "brain", "ids", "none", "one", "rows");
            assertThat(file.floats("W_dec")).containsExactly(1, 2, 3, 4);
            assertThat(file.info("rows").dtype()).isEqualTo(DType.F16);
            assertThat(file.floats("rows")).containsExactly(1, 2);
            assertThat(file.longs("ids")).containsExactly(-7);
            assertThat(file.info("brain").dtype()).isEqualTo(DType.F32);
            assertThat(file.floats("brain")).containsExactly(1, 2);
            assertThat(file.info("one").shape()).isEmpty();
            assertThat(file.info("none").shape()).containsExactly(0L, 4L);
        }
    }

    @Test
    void aTensorCannotLeaveItsFolder() {
        Path source = folder.resolve("s.safetensors");
        new SafetensorsWriter()
                .floats("fine", new long[] {1}, new float[1])
                .floats("../escape", new long[] {1}, new float[1])
                .write(source);
        try (SafetensorsFile file = SafetensorsFile.open(source)) {
            assertThatExceptionOfType(FieldProblem.class)
                    .isThrownBy(() -> NpyFolder.write(file, folder.resolve("npy")))
                    .extracting(FieldProblem::field)
                    .isEqualTo("../escape");
        }
        assertThat(folder.resolve("npy")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'<f4' | '>f4' | descr",
                "'<f4' | 'O' | descr",
                "'<f4' | '<U9' | descr",
                "False | True | fortran_order",
                "(2, 3) | (2, 4) | shape",
                "(2, 3) | (9223372036854775807, 3) | shape",
                "(2, 3) | (99999999999999999999, 3) | shape",
                "(2, 3) | (2 3) | shape",
                "{ | [ | header"
            },
            quoteCharacter = '"')
    void whatIsNoArrayOfOursIsRefused(String entry, String replacement, String field) throws IOException {
        String text = new String(HexFormat.of().parseHex(BY_NUMPY), StandardCharsets.ISO_8859_1);
        String header = text.substring(10, 128);
        assertThat(header).contains(entry);
        String edited = header.replace(entry, replacement).stripTrailing();
        Path file = folder.resolve("bad.npy");
        Files.write(
                file,
                (text.substring(0, 10) + edited + " ".repeat(117 - edited.length()) + "\n" + text.substring(128))
                        .getBytes(StandardCharsets.ISO_8859_1));

        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> NpyFile.read(file))
                .extracting(FieldProblem::field)
                .isEqualTo(field);
        Files.write(file, new byte[] {1, 2, 3});
        assertThatExceptionOfType(FieldProblem.class).isThrownBy(() -> NpyFile.read(file));
    }
}
