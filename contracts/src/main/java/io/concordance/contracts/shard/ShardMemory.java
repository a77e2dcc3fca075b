package io.concordance.contracts.shard;

import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A shard whose rows are known before their activations: its size is known too, so that the file is laid out in memory
 * of the caller, and activations are copied straight to their place, in any order. The bytes are those that
 * {@link ShardWriter} makes of the same rows.
 */
public final class ShardMemory {
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ShardRows rows;
    private final int width;
    private final DType dtype;
    private final boolean positionSums;
    private final SafetensorsWriter file;
    private final long bytes;
    private final long activations;

    /**
     * @param width values a row
     * @param dtype {@link DType#F16}, {@link DType#BF16} or {@link DType#F32}
     * @param positionSums whether {@link ShardLayout#POSITION_SUM} is added
     */
    public ShardMemory(ShardHeader header, ShardRows rows, int width, DType dtype, boolean positionSums) {
        if (!ShardRows.STORED.contains(dtype)) {
            throw new IllegalArgumentException("activations are one of " + ShardRows.STORED + ", not " + dtype);
        }
        this.rows = rows;
        this.width = width;
        this.dtype = dtype;
        this.positionSums = positionSums;
        this.file = rows.file(header, width, dtype);
        if (positionSums) {
            long[] counts = rows.rowsByPosition();
            file.reserved(ShardLayout.POSITION_SUM, DType.F64, new long[] {counts.length, width})
                    .longs(ShardLayout.POSITION_ROWS, new long[] {counts.length}, counts);
        }
        this.bytes = file.size();
        this.activations = file.offset(ShardLayout.ACTIVATION);
    }

    /** Size of the file. */
    public long bytes() {
        return bytes;
    }

    /** Where the activations of {@code count} rows from {@code row} on lie in memory of {@link #bytes} bytes. */
    public MemorySegment activations(MemorySegment memory, int row, int count) {
        long rowBytes = (long) width * dtype.bytes();
        return memory.asSlice(activations + row * rowBytes, count * rowBytes);
    }

    /** Writes everything else. All activations must be in place. */
    public void finish(MemorySegment memory) {
        file.writeInto(memory);
        if (positionSums) {
            sumByPosition(memory);
        }
    }

    private void sumByPosition(MemorySegment memory) {
        long sums = file.offset(ShardLayout.POSITION_SUM);
        memory.asSlice(sums, (long) rows.rowsByPosition().length * width * Double.BYTES)
                .fill((byte) 0);
        for (int row = 0; row < rows.rows(); row++) {
            MemorySegment values = activations(memory, row, 1);
            long target = sums + (long) rows.position(row) * width * Double.BYTES;
            for (int i = 0; i < width; i++) {
                long at = target + (long) i * Double.BYTES;
                memory.set(DOUBLE, at, memory.get(DOUBLE, at) + value(values, i));
            }
        }
    }

    private float value(MemorySegment values, int i) {
        return switch (dtype) {
            case F16 -> Float.float16ToFloat(values.get(SHORT, (long) i * Short.BYTES));
            case BF16 -> Float.intBitsToFloat(values.get(SHORT, (long) i * Short.BYTES) << 16);
            default -> values.get(FLOAT, (long) i * Float.BYTES);
        };
    }
}
