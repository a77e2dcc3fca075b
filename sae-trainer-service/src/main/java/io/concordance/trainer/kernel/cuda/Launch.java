package io.concordance.trainer.kernel.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A kernel and the arguments of its next launch, given in order. Not thread-safe. */
public final class Launch {
    private static final int MOST_ARGUMENTS = 32;

    private final Driver driver;
    private final long function;
    private final MemorySegment values;
    private final MemorySegment pointers;
    private int count;

    Launch(Driver driver, long function, Arena arena) {
        this.driver = driver;
        this.function = function;
        this.values = arena.allocate(MOST_ARGUMENTS * Long.BYTES, Long.BYTES);
        this.pointers = arena.allocate(MOST_ARGUMENTS * ADDRESS.byteSize(), ADDRESS.byteAlignment());
        for (int i = 0; i < MOST_ARGUMENTS; i++) {
            pointers.setAtIndex(ADDRESS, i, values.asSlice((long) i * Long.BYTES));
        }
    }

    /** Forgets arguments of a launch that did not come about. */
    Launch begin() {
        count = 0;
        return this;
    }

    public Launch with(DeviceMemory memory) {
        values.setAtIndex(JAVA_LONG, count++, memory.address());
        return this;
    }

    public Launch with(int value) {
        values.set(JAVA_INT, (long) count++ * Long.BYTES, value);
        return this;
    }

    public Launch with(float value) {
        values.set(JAVA_FLOAT, (long) count++ * Long.BYTES, value);
        return this;
    }

    public Launch with(double value) {
        values.set(JAVA_DOUBLE, (long) count++ * Long.BYTES, value);
        return this;
    }

    /** Starts {@code blocks} blocks of {@code threads} threads; none at all is fine. */
    public void run(int blocks, int threads) {
        run(blocks, 1, threads);
    }

    /** Starts [gridX, gridY] blocks. */
    public void run(int gridX, int gridY, int threads) {
        if (gridX > 0 && gridY > 0) {
            driver.launch(function, gridX, gridY, threads, pointers);
        }
    }
}
