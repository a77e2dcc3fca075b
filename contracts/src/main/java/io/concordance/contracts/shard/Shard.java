package io.concordance.contracts.shard;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A shard opened for reading. Activations stay mapped and are widened to float on the way out; the narrow columns are
 * read on first use by the caller. Opening checks that every column has one entry a row.
 */
public final class Shard implements AutoCloseable {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final SafetensorsFile file;
    private final ShardHeader header;
    private final int rows;
    private final int width;
    private final List<String> documentIds;
    private final DType dtype;
    private final MemorySegment activations;

    private Shard(SafetensorsFile file) {
        this.file = file;
        if (!file.metadata("format").equals(ShardLayout.FORMAT)) {
            throw new FieldProblem("format", file.metadata("format"), ShardLayout.FORMAT);
        }
        this.header = new ShardHeader(
                file.metadata("job"),
                file.metadata("model"),
                file.metadata("hook"),
                number(file, "slice", null),
                number(file, "part", 0),
                number(file, "parts", 1),
                file.metadata("arm"),
                file.metadata("armKind"),
                file.metadata("role"),
                file.metadata().get("interventions"));
        TensorInfo activation = file.info(ShardLayout.ACTIVATION);
        if (activation.shape().size() != 2
                || !ShardRows.STORED.contains(activation.dtype())
                || activation.shape().get(1) < 1) {
            throw new FieldProblem(ShardLayout.ACTIVATION, activation.shape(), "F16, BF16 or F32 [rows, width]");
        }
        this.rows = Math.toIntExact(activation.shape().get(0));
        this.width = Math.toIntExact(activation.shape().get(1));
        this.dtype = activation.dtype();
        this.activations = file.data(ShardLayout.ACTIVATION);
        column(ShardLayout.TOKEN, DType.I32);
        column(ShardLayout.DOCUMENT, DType.I32);
        column(ShardLayout.POSITION, DType.I32);
        column(ShardLayout.SPAN, DType.U8);
        column(ShardLayout.OUTCOME, DType.U8);
        this.documentIds =
                List.of(Json.read(file.metadata("documents").getBytes(StandardCharsets.UTF_8), String[].class));
    }

    /**
     * Opens a shard file.
     *
     * @throws FieldProblem when it is no shard
     */
    public static Shard open(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        try {
            return new Shard(file);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static int number(SafetensorsFile file, String key, @Nullable Integer absent) {
        String text = file.metadata().get(key);
        if (text == null && absent != null) {
            return absent;
        }
        try {
            return Integer.parseInt(file.metadata(key));
        } catch (NumberFormatException e) {
            throw new FieldProblem(key, text, "a number");
        }
    }

    private void column(String name, DType dtype) {
        TensorInfo column = file.info(name);
        if (column.dtype() != dtype || !column.shape().equals(List.of((long) rows))) {
            throw new FieldProblem(name, column.dtype() + " " + column.shape(), dtype + " [" + rows + "]");
        }
    }

    public ShardHeader header() {
        return header;
    }

    public int rows() {
        return rows;
    }

    /** How activations are stored. */
    public DType dtype() {
        return dtype;
    }

    /** Values a row. */
    public int width() {
        return width;
    }

    /** Copies rows {@code [from, from + count)} into {@code target} from {@code offset}, row-major. */
    public void activations(int from, int count, float[] target, int offset) {
        file.floats(ShardLayout.ACTIVATION, (long) from * width, target, offset, count * width);
    }

    /** Copies one row into {@code target} from {@code offset}. For rows in any order: nothing is allocated. */
    public void activation(int row, float[] target, int offset) {
        long at = (long) row * width * dtype.bytes();
        switch (dtype) {
            case F16 -> {
                for (int i = 0; i < width; i++) {
                    target[offset + i] = Float.float16ToFloat(activations.get(SHORT, at + (long) i * Short.BYTES));
                }
            }
            case BF16 -> {
                for (int i = 0; i < width; i++) {
                    target[offset + i] =
                            Float.intBitsToFloat(activations.get(SHORT, at + (long) i * Short.BYTES) << Short.SIZE);
                }
            }
            default -> MemorySegment.copy(activations, FLOAT, at, target, offset, width);
        }
    }

    /** Token ids, {@code [rows]}. */
    public int[] tokens() {
        return file.ints(ShardLayout.TOKEN);
    }

    /** Index into {@link #documentIds} of every row, {@code [rows]}. */
    public int[] documents() {
        return file.ints(ShardLayout.DOCUMENT);
    }

    /** Token position in its document of every row, {@code [rows]}. */
    public int[] positions() {
        return file.ints(ShardLayout.POSITION);
    }

    /** Span kind codes, {@code [rows]}. */
    public byte[] spans() {
        return file.bytes(ShardLayout.SPAN);
    }

    /** Outcome codes, {@code [rows]}. */
    public byte[] outcomes() {
        return file.bytes(ShardLayout.OUTCOME);
    }

    public List<String> documentIds() {
        return documentIds;
    }

    @Override
    public void close() {
        file.close();
    }
}
