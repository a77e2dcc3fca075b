package io.concordance.trainer.kernel.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.concordance.trainer.kernel.cuda.NativeLibrary.Function;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The functions of the CUDA driver API in use. Handles and device pointers are longs. */
final class Driver {
    private static final int CAPABILITY_MAJOR = 75;
    private static final int CAPABILITY_MINOR = 76;
    private static final int NAME_BYTES = 256;

    private final Function errorName;
    private final Function errorString;
    private final Function version;
    private final Function deviceCount;
    private final Function device;
    private final Function deviceName;
    private final Function deviceAttribute;
    private final Function retainContext;
    private final Function releaseContext;
    private final Function setContext;
    private final Function allocate;
    private final Function free;
    private final Function allocateHost;
    private final Function freeHost;
    private final Function toDevice;
    private final Function toHost;
    private final Function onDevice;
    private final Function fill;
    private final Function loadModule;
    private final Function unloadModule;
    private final Function moduleFunction;
    private final Function launch;

    /**
     * Loads and initialises the driver.
     *
     * @throws CudaUnavailable when there is none, or none that works
     */
    Driver() {
        NativeLibrary library = NativeLibrary.find(List.of("libcuda.so.1"))
                .orElseThrow(() -> new CudaUnavailable("no NVIDIA driver: libcuda.so.1 cannot be loaded"));
        errorName = library.function("cuGetErrorName", JAVA_INT, ADDRESS);
        errorString = library.function("cuGetErrorString", JAVA_INT, ADDRESS);
        version = library.function("cuDriverGetVersion", ADDRESS);
        deviceCount = library.function("cuDeviceGetCount", ADDRESS);
        device = library.function("cuDeviceGet", ADDRESS, JAVA_INT);
        deviceName = library.function("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT);
        deviceAttribute = library.function("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
        retainContext = library.function("cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT);
        releaseContext = library.function("cuDevicePrimaryCtxRelease_v2", JAVA_INT);
        setContext = library.function("cuCtxSetCurrent", JAVA_LONG);
        allocate = library.function("cuMemAlloc_v2", ADDRESS, JAVA_LONG);
        free = library.function("cuMemFree_v2", JAVA_LONG);
        allocateHost = library.function("cuMemAllocHost_v2", ADDRESS, JAVA_LONG);
        freeHost = library.function("cuMemFreeHost", ADDRESS);
        toDevice = library.function("cuMemcpyHtoD_v2", JAVA_LONG, ADDRESS, JAVA_LONG);
        toHost = library.function("cuMemcpyDtoH_v2", ADDRESS, JAVA_LONG, JAVA_LONG);
        onDevice = library.function("cuMemcpyDtoD_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG);
        fill = library.function("cuMemsetD8_v2", JAVA_LONG, JAVA_BYTE, JAVA_LONG);
        loadModule = library.function("cuModuleLoadData", ADDRESS, ADDRESS);
        unloadModule = library.function("cuModuleUnload", JAVA_LONG);
        moduleFunction = library.function("cuModuleGetFunction", ADDRESS, JAVA_LONG, ADDRESS);
        launch = library.function(
                "cuLaunchKernel",
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                ADDRESS,
                ADDRESS);
        int status = library.function("cuInit", JAVA_INT).call(0);
        if (status != 0) {
            throw new CudaUnavailable("the NVIDIA driver does not start: " + describe(status));
        }
    }

    private void check(Function function, int status) {
        if (status != 0) {
            throw new CudaFailure(function.symbol() + ": " + describe(status));
        }
    }

    private String describe(int status) {
        return "error " + status + " " + text(errorName, status) + ", " + text(errorString, status);
    }

    private static String text(Function function, int status) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            return function.call(status, out) != 0
                    ? "unknown"
                    : out.get(ADDRESS, 0).reinterpret(NAME_BYTES).getString(0);
        }
    }

    private interface IntoPointer {
        int call(MemorySegment out);
    }

    private int intOf(Function function, IntoPointer body) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_INT);
            check(function, body.call(out));
            return out.get(JAVA_INT, 0);
        }
    }

    private long longOf(Function function, IntoPointer body) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            check(function, body.call(out));
            return out.get(JAVA_LONG, 0);
        }
    }

    /** The newest CUDA version that the driver serves, e.g. 12. */
    int cudaMajor() {
        return intOf(version, version::call) / 1000;
    }

    int deviceCount() {
        return intOf(deviceCount, deviceCount::call);
    }

    int device(int ordinal) {
        return intOf(device, out -> device.call(out, ordinal));
    }

    String deviceName(int handle) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(NAME_BYTES);
            check(deviceName, deviceName.call(out, NAME_BYTES, handle));
            return out.getString(0);
        }
    }

    /** Compute capability as one number, e.g. 90. */
    int capability(int handle) {
        return 10 * attribute(CAPABILITY_MAJOR, handle) + attribute(CAPABILITY_MINOR, handle);
    }

    private int attribute(int which, int handle) {
        return intOf(deviceAttribute, out -> deviceAttribute.call(out, which, handle));
    }

    long retainContext(int handle) {
        return longOf(retainContext, out -> retainContext.call(out, handle));
    }

    void releaseContext(int handle) {
        check(releaseContext, releaseContext.call(handle));
    }

    void setContext(long context) {
        check(setContext, setContext.call(context));
    }

    long allocate(long bytes) {
        return longOf(allocate, out -> allocate.call(out, bytes));
    }

    void free(long pointer) {
        check(free, free.call(pointer));
    }

    /** Page-locked memory of the host. */
    MemorySegment allocateHost(long bytes) {
        long address = longOf(allocateHost, out -> allocateHost.call(out, bytes));
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    void freeHost(MemorySegment memory) {
        check(freeHost, freeHost.call(memory));
    }

    void toDevice(long to, MemorySegment from, long bytes) {
        check(toDevice, toDevice.call(to, from, bytes));
    }

    /** Waits for everything launched before. */
    void toHost(MemorySegment to, long from, long bytes) {
        check(toHost, toHost.call(to, from, bytes));
    }

    void onDevice(long to, long from, long bytes) {
        check(onDevice, onDevice.call(to, from, bytes));
    }

    void fill(long to, byte value, long bytes) {
        check(fill, fill.call(to, value, bytes));
    }

    long loadModule(byte[] image) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(image.length + 1L, Long.BYTES);
            MemorySegment.copy(image, 0, data, JAVA_BYTE, 0, image.length);
            return longOf(loadModule, out -> loadModule.call(out, data));
        }
    }

    void unloadModule(long module) {
        check(unloadModule, unloadModule.call(module));
    }

    long moduleFunction(long module, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            return longOf(moduleFunction, out -> moduleFunction.call(out, module, text));
        }
    }

    /** @param arguments array of pointers to the arguments */
    void launch(long function, int gridX, int gridY, int block, MemorySegment arguments) {
        check(launch, launch.call(function, gridX, gridY, 1, block, 1, 1, 0, 0L, arguments, MemorySegment.NULL));
    }
}
