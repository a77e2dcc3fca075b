package io.concordance.contracts.shard;

import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsWriter;
import io.concordance.contracts.transcript.Outcome;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects the rows of one shard and writes them. The bytes are a function of header, documents and rows. Not
 * thread-safe.
 */
public final class ShardWriter {
    private final ShardHeader header;
    private final int width;
    private final DType dtype;
    private final List<String> documentIds = new ArrayList<>();
    private Outcome outcome = Outcome.UNKNOWN;
    private byte[] activations = new byte[1 << 16];
    private int[] tokens = new int[256];
    private int[] documents = new int[256];
    private int[] positions = new int[256];
    private byte[] spans = new byte[256];
    private byte[] outcomes = new byte[256];
    private int rows;

    /**
     * @param width values a row
     * @param dtype {@link DType#F16}, {@link DType#BF16} or {@link DType#F32}
     */
    public ShardWriter(ShardHeader header, int width, DType dtype) {
        if (!ShardRows.STORED.contains(dtype)) {
            throw new IllegalArgumentException("activations are one of " + ShardRows.STORED + ", not " + dtype);
        }
        this.header = header;
        this.width = width;
        this.dtype = dtype;
    }

    /** Starts the next document; following rows belong to it. */
    public void addDocument(String id, Outcome documentOutcome) {
        documentIds.add(id);
        outcome = documentOutcome;
    }

    /**
     * Appends a document's next row.
     *
     * @param spanCode code of the {@code Span.Kind} that the token falls in
     * @param activation one row of the shard's dtype, {@code width * dtype.bytes()} little-endian bytes
     */
    public void addRow(int token, int position, byte spanCode, MemorySegment activation) {
        int rowBytes = width * dtype.bytes();
        if (activation.byteSize() != rowBytes) {
            throw new IllegalArgumentException("a row has " + rowBytes + " bytes, not " + activation.byteSize());
        }
        append(token, position, spanCode);
        MemorySegment.copy(activation, 0, MemorySegment.ofArray(activations), (long) (rows - 1) * rowBytes, rowBytes);
    }

    /** Appends a document's next row from {@code width} floats, rounded to the shard's dtype. */
    public void addRow(int token, int position, byte spanCode, float[] source, int offset) {
        append(token, position, spanCode);
        int at = (rows - 1) * width * dtype.bytes();
        for (int i = 0; i < width; i++) {
            if (dtype != DType.F32) {
                float value = source[offset + i];
                short half = dtype == DType.F16 ? Float.floatToFloat16(value) : bfloat16(value);
                activations[at++] = (byte) half;
                activations[at++] = (byte) (half >> 8);
            } else {
                int bits = Float.floatToRawIntBits(source[offset + i]);
                for (int b = 0; b < Float.BYTES; b++) {
                    activations[at++] = (byte) (bits >> 8 * b);
                }
            }
        }
    }

    /** Rounded to nearest, ties to even; what is not finite stays so. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (!Float.isFinite(value)) {
            return (short) (bits >>> 16 | (Float.isNaN(value) ? 0x40 : 0));
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    private void append(int token, int position, byte spanCode) {
        if (documentIds.isEmpty()) {
            throw new IllegalStateException("a row needs a document");
        }
        grow();
        tokens[rows] = token;
        documents[rows] = documentIds.size() - 1;
        positions[rows] = position;
        spans[rows] = spanCode;
        outcomes[rows] = outcome.code();
        rows++;
    }

    private void grow() {
        if (rows == tokens.length) {
            int capacity = Math.multiplyExact(rows, 2);
            tokens = Arrays.copyOf(tokens, capacity);
            documents = Arrays.copyOf(documents, capacity);
            positions = Arrays.copyOf(positions, capacity);
            spans = Arrays.copyOf(spans, capacity);
            outcomes = Arrays.copyOf(outcomes, capacity);
        }
        long needed = (long) (rows + 1) * width * dtype.bytes();
        if (needed > activations.length) {
            activations = Arrays.copyOf(activations, Math.toIntExact(Math.max(needed, 2L * activations.length)));
        }
    }

    public int rows() {
        return rows;
    }

    public byte[] toBytes() {
        return file().toBytes();
    }

    public void write(Path file) {
        file().write(file);
    }

    private SafetensorsWriter file() {
        long[] perRow = {rows};
        return ShardRows.frame(header, documentIds)
                .tensor(
                        ShardLayout.ACTIVATION,
                        dtype,
                        new long[] {rows, width},
                        MemorySegment.ofArray(activations).asSlice(0, (long) rows * width * dtype.bytes()))
                .ints(ShardLayout.TOKEN, perRow, Arrays.copyOf(tokens, rows))
                .ints(ShardLayout.DOCUMENT, perRow, Arrays.copyOf(documents, rows))
                .ints(ShardLayout.POSITION, perRow, Arrays.copyOf(positions, rows))
                .bytes(ShardLayout.SPAN, perRow, Arrays.copyOf(spans, rows))
                .bytes(ShardLayout.OUTCOME, perRow, Arrays.copyOf(outcomes, rows));
    }
}
