package io.concordance.trainer.kernel.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One GPU with one program on it. Work is done in the order it was given; copies to the host wait for all of it. Used by
 * one thread at a time, which calls {@link #bind} first.
 */
public final class CudaDevice implements AutoCloseable {
    private static final int STAGING_BYTES = 4 << 20;

    /** What matrix products are made with. */
    public enum Products {
        /** None are wanted; cuBLAS is not needed. */
        NONE,
        FP32,
        /** Factors rounded to 11 bits, for the tensor cores. */
        TF32
    }

    private final Driver driver;
    private final int handle;
    private final String name;
    private final String architecture;
    private final long context;
    private final Arena arena = Arena.ofShared();
    private final Map<String, Launch> launches = new HashMap<>();
    private final TreeSet<Long> allocated = new TreeSet<>();
    private final MemorySegment staging;
    private final long module;
    private final @Nullable Blas blas;

    /**
     * Opens a device and compiles a program for it.
     *
     * @param ordinal counted from 0
     * @param source CUDA C++
     * @throws CudaUnavailable naming what is missing: driver, device, NVRTC or cuBLAS
     */
    public CudaDevice(int ordinal, String source, Products products) {
        driver = new Driver();
        handle = handle(driver, ordinal);
        name = driver.deviceName(handle);
        architecture = "sm_" + driver.capability(handle);
        byte[] image = new Nvrtc(driver.cudaMajor()).compile(source, architecture);
        context = driver.retainContext(handle);
        try {
            bind();
            module = driver.loadModule(image);
            staging = driver.allocateHost(STAGING_BYTES);
            blas = products == Products.NONE ? null : new Blas(driver.cudaMajor(), products == Products.TF32);
        } catch (RuntimeException e) {
            driver.releaseContext(handle);
            throw e;
        }
    }

    private static int handle(Driver driver, int ordinal) {
        int count = driver.deviceCount();
        if (ordinal >= count) {
            throw new CudaUnavailable("no GPU cuda:" + ordinal + ": the driver shows " + count);
        }
        return driver.device(ordinal);
    }

    public String name() {
        return name;
    }

    /** E.g. {@code sm_90}. */
    public String architecture() {
        return architecture;
    }

    /** Makes this the calling thread's device. */
    public void bind() {
        driver.setContext(context);
    }

    /** A kernel of the program, ready for its arguments. */
    public Launch kernel(String kernel) {
        return launches.computeIfAbsent(
                        kernel, wanted -> new Launch(driver, driver.moduleFunction(module, wanted), arena))
                .begin();
    }

    /** out = x w^T with x [rows, stride], w [columns, stride], out [rows, columns], all row-major; sums over depth. */
    public void multiplyTransposed(
            DeviceMemory x, DeviceMemory w, int rows, int columns, int depth, int stride, DeviceMemory out) {
        if (blas == null) {
            throw new IllegalStateException("opened without matrix products");
        }
        blas.multiplyTransposed(x.address(), w.address(), rows, columns, depth, stride, out.address());
    }

    /** Memory filled with zeros. */
    public DeviceMemory allocate(long bytes) {
        DeviceMemory memory = new DeviceMemory(driver.allocate(Math.max(bytes, Long.BYTES)), bytes);
        allocated.add(memory.address());
        clear(memory);
        return memory;
    }

    public void free(DeviceMemory memory) {
        if (allocated.remove(memory.address())) {
            driver.free(memory.address());
        }
    }

    /** The same memory if it is long enough, otherwise longer memory with the same content. */
    public DeviceMemory grow(DeviceMemory memory, long bytes) {
        if (memory.bytes() >= bytes) {
            return memory;
        }
        DeviceMemory grown = allocate(bytes + bytes / 4);
        if (memory.bytes() > 0) {
            driver.onDevice(grown.address(), memory.address(), memory.bytes());
            free(memory);
        }
        return grown;
    }

    public void clear(DeviceMemory memory) {
        if (memory.bytes() > 0) {
            driver.fill(memory.address(), (byte) 0, memory.bytes());
        }
    }

    public void write(DeviceMemory to, float[] values) {
        write(to, values, values.length, JAVA_FLOAT_UNALIGNED);
    }

    public void write(DeviceMemory to, int[] values, int count) {
        write(to, values, count, JAVA_INT_UNALIGNED);
    }

    private void write(DeviceMemory to, Object values, int count, ValueLayout layout) {
        to.holds(count * layout.byteSize());
        int most = (int) (STAGING_BYTES / layout.byteSize());
        for (int from = 0; from < count; from += most) {
            int part = Math.min(most, count - from);
            MemorySegment.copy(values, from, staging, layout, 0, part);
            driver.toDevice(to.address() + from * layout.byteSize(), staging, part * layout.byteSize());
        }
    }

    public void read(DeviceMemory from, float[] values, int count) {
        read(from, values, count, JAVA_FLOAT_UNALIGNED);
    }

    public void read(DeviceMemory from, int[] values, int count) {
        read(from, values, count, JAVA_INT_UNALIGNED);
    }

    public void read(DeviceMemory from, double[] values, int count) {
        read(from, values, count, JAVA_DOUBLE_UNALIGNED);
    }

    private void read(DeviceMemory from, Object values, int count, ValueLayout layout) {
        from.holds(count * layout.byteSize());
        int most = (int) (STAGING_BYTES / layout.byteSize());
        for (int to = 0; to < count; to += most) {
            int part = Math.min(most, count - to);
            driver.toHost(staging, from.address() + to * layout.byteSize(), part * layout.byteSize());
            MemorySegment.copy(staging, layout, 0, values, to, part);
        }
    }

    /** Gives everything back; a device that failed for good frees its memory with the last context. */
    @Override
    public void close() {
        try {
            bind();
            allocated.forEach(driver::free);
            if (blas != null) {
                blas.close();
            }
            driver.freeHost(staging);
            driver.unloadModule(module);
        } finally {
            driver.releaseContext(handle);
            arena.close();
        }
    }
}
