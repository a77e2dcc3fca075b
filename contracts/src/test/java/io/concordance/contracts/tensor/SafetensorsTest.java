package io.concordance.contracts.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.concordance.contracts.problem.FieldProblem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

    @Test
    void whatIsWrittenIsReadBackAndTheBytesDependOnContentAlone(@TempDir Path folder) {
        SafetensorsWriter writer = example();
        Path file = folder.resolve("t.safetensors");
        writer.write(file);

        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThat(read.metadata()).containsEntry("format", "pt").containsEntry("a", "1");
            assertThat(read.tensors().keySet()).containsExactly("w", "h", "i", "b");
            assertThat(read.floats("w")).containsExactly(1.5f, -2f, Float.MIN_VALUE, 0f, 7f, 8f);
            assertThat(read.floats("h")).containsExactly(0.5f, 65504f);
            assertThat(read.ints("i")).containsExactly(Integer.MIN_VALUE, 3);
            assertThat(read.bytes("b")).containsExactly(1, -1, 2);
            assertThat(read.info("w").shape()).containsExactly(2L, 3L);
        }
        assertThat(example().toBytes()).isEqualTo(example().toBytes()).hasSameSizeAs(readAll(file));
        assertThat(readAll(file)).isEqualTo(example().toBytes());
    }

    @Test
    void brainFloatsAreWidened() {
        byte[] file = file(
                "{\"x\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[0,2]}}", new byte[] {(byte) 0x80, 0x3f});

        try (SafetensorsFile read = SafetensorsFile.of(file)) {
            assertThat(read.floats("x")).containsExactly(1f);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            not json                                                                      | header
            [1]                                                                           | header
            {"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | header
            {"x":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}                         | x.dtype
            {"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}                        | x.shape
            {"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}                       | x.shape
            {"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}     | x.shape
            {"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}                         | x.data_offsets
            {"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}                         | x.data_offsets
            {"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}} | y.data_offsets
            {"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}                          | data
            {"__metadata__":{"a":1},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  | __metadata__.a
            """)
    void aFileThatIsWrongIsRefusedByName(String header, String field) {
        byte[] file = file(header, new byte[4]);

        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> SafetensorsFile.of(file).close())
                .extracting(FieldProblem::field)
                .isEqualTo(field);
    }

    @Test
    void hostileHeaderSizesAreRefusedBeforeAnythingIsAllocated() {
        for (long size : new long[] {-1, 0, 1, 1 << 20, 16L << 20, Long.MAX_VALUE}) {
            byte[] file = ByteBuffer.allocate(64)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(size)
                    .array();
            assertThatExceptionOfType(FieldProblem.class)
                    .isThrownBy(() -> SafetensorsFile.of(file).close());
        }
    }

    @Test
    void damagedFilesAreRefusedOrReadButNeverCrash() {
        long seed = 20260101;
        Random random = new Random(seed);
        byte[] good = example().toBytes();
        for (int round = 0; round < 3000; round++) {
            byte[] damaged = good.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            if (random.nextInt(4) == 0) {
                damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
            }
            try (SafetensorsFile read = SafetensorsFile.of(damaged)) {
                for (TensorInfo tensor : read.tensors().values()) {
                    assertThat(read.data(tensor.name()).byteSize()).isEqualTo(tensor.end() - tensor.begin());
                }
            } catch (FieldProblem refused) {
                assertThat(refused.field()).as("seed %d round %d", seed, round).isNotNull();
            }
        }
    }

    private static SafetensorsWriter example() {
        return new SafetensorsWriter()
                .metadata("format", "pt")
                .metadata("a", "1")
                .floats("w", new long[] {2, 3}, new float[] {1.5f, -2f, Float.MIN_VALUE, 0f, 7f, 8f})
                .halves("h", new long[] {2}, new short[] {Float.floatToFloat16(0.5f), Float.floatToFloat16(65504f)})
                .ints("i", new long[] {2}, new int[] {Integer.MIN_VALUE, 3})
                .bytes("b", new long[] {3}, new byte[] {1, -1, 2});
    }

    private static byte[] file(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .array();
    }

    private static byte[] readAll(Path file) {
        try {
            return java.nio.file.Files.readAllBytes(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
