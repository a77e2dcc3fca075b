package io.concordance.trainer.kernel;

import io.concordance.trainer.kernel.cuda.CudaDevice;
import io.concordance.trainer.kernel.cuda.DeviceMemory;

/** Numbers that a selection keeps a row of a panel, or a chunk of a list: on the device, and the counts on the host too. */
final class CudaCounts {
    private static final int THREADS = 256;

    private final CudaDevice device;
    /** Borders a row, [rows] floats. */
    DeviceMemory borders = DeviceMemory.NONE;
    /** How many of the values equal to a border stay. */
    DeviceMemory ties = DeviceMemory.NONE;
    /** What stays of each row, later the place of its first. */
    DeviceMemory kept = DeviceMemory.NONE;
    /** A second number of each row. */
    DeviceMemory other = DeviceMemory.NONE;

    int[] keptOnHost = new int[0];
    int[] otherOnHost = new int[0];

    CudaCounts(CudaDevice device) {
        this.device = device;
    }

    void ensure(int rows) {
        long bytes = (long) rows * Integer.BYTES;
        borders = device.grow(borders, bytes);
        ties = device.grow(ties, bytes);
        kept = device.grow(kept, bytes);
        other = device.grow(other, bytes);
        if (keptOnHost.length < rows) {
            keptOnHost = new int[rows];
            otherOnHost = new int[rows];
        }
    }

    void read(int rows) {
        device.read(kept, keptOnHost, rows);
        device.read(other, otherOnHost, rows);
    }

    /**
     * Counts what is above ({@link #kept}) and what equals ({@link #other}) the borders in each row of [rows, n] values, of
     * which {@code total} hold; the border is one for all (step 0) or one a column (step 1).
     */
    void above(DeviceMemory values, DeviceMemory bias, int n, int total, DeviceMemory floors, int step, int rows) {
        device.kernel("countAbove")
                .with(values)
                .with(bias)
                .with(n)
                .with(total)
                .with(floors)
                .with(0)
                .with(step)
                .with(kept)
                .with(other)
                .run(rows, THREADS);
        read(rows);
    }

    /** Turns counts into places from {@code start} on, on the device too; returns the end. */
    int place(int start, int rows) {
        int end = start;
        for (int i = 0; i < rows; i++) {
            int size = keptOnHost[i];
            keptOnHost[i] = end;
            end = Math.addExact(end, size);
        }
        device.write(kept, keptOnHost, rows);
        return end;
    }
}
