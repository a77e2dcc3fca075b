package io.concordance.contracts.kernel.bf16;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows and features rounded to bf16, their products, and exact fp32 products of chosen pairs. Rounded vectors are packed
 * in pairs of neighbouring coordinates, [stride / 2, lanes]; segments may lie in the heap; offsets count elements. Nothing
 * is checked but by the caller: sizes and indices that are wrong crash the process.
 */
public final class Bf16 {
    /** Rows of a tile. */
    public static final int ROWS = 12;

    /** Features of a tile. */
    public static final int FEATURES = 32;

    private Bf16() {}

    /** What loading came to, found once. */
    private static final class Found {
        static final @Nullable SymbolLookup SYMBOLS;
        static final String OBSTACLE;

        static {
            SymbolLookup symbols = null;
            String obstacle = "";
            try {
                SymbolLookup loaded = NativeBuild.load("cc", Path.of(System.getProperty("java.io.tmpdir")));
                requireSupport(loaded);
                symbols = loaded;
            } catch (Bf16Unavailable e) {
                obstacle = String.valueOf(e.getMessage());
            }
            SYMBOLS = symbols;
            OBSTACLE = obstacle;
        }

        private static void requireSupport(SymbolLookup symbols) {
            MethodHandle supported = Linker.nativeLinker()
                    .downcallHandle(symbols.findOrThrow("supported"), FunctionDescriptor.of(JAVA_INT));
            try {
                if ((int) supported.invokeExact() == 0) {
                    throw new Bf16Unavailable("the system does not let programs use the CPU's AVX-512 BF16");
                }
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The functions; constants, so that the compiler makes plain calls of them. */
    private static final class Linked {
        static final MethodHandle PACK = handle(
                "pack", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG);
        static final MethodHandle MULTIPLY =
                handle("multiply", ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS);
        static final MethodHandle DOTS = handle(
                "dots", ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);

        private static MethodHandle handle(String name, MemoryLayout... arguments) {
            SymbolLookup symbols = Found.SYMBOLS;
            if (symbols == null) {
                throw new Bf16Unavailable(Found.OBSTACLE);
            }
            return Linker.nativeLinker()
                    .downcallHandle(
                            symbols.findOrThrow(name),
                            FunctionDescriptor.ofVoid(arguments),
                            Linker.Option.critical(true));
        }
    }

    /** What keeps the functions from being called here; empty when nothing does. The first call compiles them. */
    public static Optional<String> obstacle() {
        return Found.SYMBOLS == null ? Optional.of(Found.OBSTACLE) : Optional.empty();
    }

    /**
     * Rounds {@code count} vectors [count, stride] of fp32 and packs them as the first of {@code lanes}; the rest are zero.
     * fp32 values too small for a normal number become zero.
     *
     * @param stride a multiple of sixteen
     * @param squares [count, 2] doubles from {@code at}: sum of squares of each vector, and of what rounding took from it
     */
    public static void pack(
            MemorySegment source,
            long from,
            long stride,
            long count,
            long lanes,
            MemorySegment target,
            long to,
            MemorySegment squares,
            long at) {
        try {
            Linked.PACK.invokeExact(source, from, stride, count, lanes, target, to, squares, at);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /**
     * One tile [{@link #ROWS}, {@link #FEATURES}] of products summed in fp32, each operation rounded to nearest or, where
     * its result is no normal number, to zero.
     *
     * @param pairs length of the packed vectors
     */
    public static void multiply(
            MemorySegment rows, long row, MemorySegment features, long feature, long pairs, MemorySegment out) {
        try {
            Linked.MULTIPLY.invokeExact(rows, row, features, feature, pairs, out);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /**
     * out[to + i] = x . matrix[index[from + i]] for i below {@code count}: one chain of fp32 fused multiply-adds from zero,
     * coordinates ascending, over {@code stride} of them, a multiple of sixteen.
     */
    public static void dots(
            MemorySegment x,
            long row,
            MemorySegment matrix,
            MemorySegment index,
            long from,
            long count,
            long stride,
            MemorySegment out,
            long to) {
        try {
            Linked.DOTS.invokeExact(x, row, matrix, index, from, count, stride, out, to);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static RuntimeException failure(Throwable e) {
        return e instanceof RuntimeException known ? known : new IllegalStateException(e);
    }
}
