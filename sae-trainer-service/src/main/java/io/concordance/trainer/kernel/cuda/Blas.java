package io.concordance.trainer.kernel.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.concordance.trainer.kernel.cuda.NativeLibrary.Function;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Matrix products by cuBLAS, in the context that was current when it was opened. */
final class Blas implements AutoCloseable {
    private static final int TRANSPOSED = 1;
    private static final int PLAIN = 0;
    private static final int DEFAULT_MATH = 0;
    private static final int TF32_MATH = 3;

    private final Function multiply;
    private final Function destroy;
    private final long handle;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment one = arena.allocate(JAVA_FLOAT);
    private final MemorySegment zero = arena.allocate(JAVA_FLOAT);

    /**
     * @param tensorFloat32 whether factors may be rounded to TF32's 11 bits
     * @throws CudaUnavailable when cuBLAS cannot be loaded
     */
    Blas(int cudaMajor, boolean tensorFloat32) {
        List<String> names = Nvrtc.names("libcublas.so.", cudaMajor);
        NativeLibrary library = NativeLibrary.find(names)
                .orElseThrow(() -> new CudaUnavailable("no cuBLAS: none of " + names + " can be loaded"));
        Function create = library.function("cublasCreate_v2", ADDRESS);
        Function mathMode = library.function("cublasSetMathMode", JAVA_LONG, JAVA_INT);
        destroy = library.function("cublasDestroy_v2", JAVA_LONG);
        multiply = library.function(
                "cublasSgemm_v2",
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT,
                JAVA_LONG,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT);
        one.set(JAVA_FLOAT, 0, 1);
        zero.set(JAVA_FLOAT, 0, 0);
        MemorySegment out = arena.allocate(JAVA_LONG);
        check(create, create.call(out));
        handle = out.get(JAVA_LONG, 0);
        check(mathMode, mathMode.call(handle, tensorFloat32 ? TF32_MATH : DEFAULT_MATH));
    }

    /** out = x w^T with x [rows, stride], w [columns, stride], out [rows, columns], all row-major; sums over depth. */
    void multiplyTransposed(long x, long w, int rows, int columns, int depth, int stride, long out) {
        check(
                multiply,
                multiply.call(
                        handle,
                        TRANSPOSED,
                        PLAIN,
                        columns,
                        rows,
                        depth,
                        one,
                        w,
                        stride,
                        x,
                        stride,
                        zero,
                        out,
                        columns));
    }

    private static void check(Function function, int status) {
        if (status != 0) {
            throw new CudaFailure(function.symbol() + ": error " + status);
        }
    }

    @Override
    public void close() {
        destroy.call(handle);
        arena.close();
    }
}
