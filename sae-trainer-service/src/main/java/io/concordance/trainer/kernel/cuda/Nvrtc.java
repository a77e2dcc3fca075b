package io.concordance.trainer.kernel.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.concordance.trainer.kernel.cuda.NativeLibrary.Function;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** NVIDIA's run-time compiler: CUDA C++ in, machine code for one architecture out. */
public final class Nvrtc {
    private static final int OLDEST = 12;
    private static final int NEWEST = 13;

    /** IEEE arithmetic as written: nothing is contracted, flushed or approximated. */
    private static final List<String> OPTIONS =
            List.of("--std=c++17", "--fmad=false", "--ftz=false", "--prec-div=true", "--prec-sqrt=true");

    private final NativeLibrary library;
    private final Function create;
    private final Function compile;
    private final Function destroy;
    private final Function logSize;
    private final Function log;
    private final Function imageSize;
    private final Function image;

    /**
     * Loads the newest compiler there is.
     *
     * @throws CudaUnavailable when there is none
     */
    public Nvrtc() {
        this(NEWEST);
    }

    /**
     * Loads a compiler that the driver can follow.
     *
     * @param cudaMajor newest CUDA version that the driver serves
     * @throws CudaUnavailable when there is none
     */
    Nvrtc(int cudaMajor) {
        List<String> names = names("libnvrtc.so.", cudaMajor);
        library = NativeLibrary.find(names)
                .orElseThrow(() -> new CudaUnavailable("no NVRTC: none of " + names + " can be loaded"));
        create = library.function("nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
        compile = library.function("nvrtcCompileProgram", JAVA_LONG, JAVA_INT, ADDRESS);
        destroy = library.function("nvrtcDestroyProgram", ADDRESS);
        logSize = library.function("nvrtcGetProgramLogSize", JAVA_LONG, ADDRESS);
        log = library.function("nvrtcGetProgramLog", JAVA_LONG, ADDRESS);
        imageSize = library.function("nvrtcGetCUBINSize", JAVA_LONG, ADDRESS);
        image = library.function("nvrtcGetCUBIN", JAVA_LONG, ADDRESS);
    }

    /** Library names by falling version, none newer than the driver's. */
    static List<String> names(String stem, int cudaMajor) {
        List<String> names = new ArrayList<>();
        for (int major = Math.max(OLDEST, Math.min(NEWEST, cudaMajor)); major >= OLDEST; major--) {
            names.add(stem + major);
        }
        return names;
    }

    /** Where it was found. */
    public String library() {
        return library.name();
    }

    /**
     * Machine code of a program.
     *
     * @param source CUDA C++
     * @param architecture e.g. {@code sm_90}
     * @throws CudaUnavailable with the compiler's messages when it refuses, for one because it does not know the
     *     architecture
     */
    public byte[] compile(String source, String architecture) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            check(
                    create,
                    create.call(
                            out,
                            arena.allocateFrom(source),
                            arena.allocateFrom("kernels.cu"),
                            0,
                            MemorySegment.NULL,
                            MemorySegment.NULL));
            try {
                return compile(arena, out.get(JAVA_LONG, 0), architecture);
            } finally {
                destroy.call(out);
            }
        }
    }

    private byte[] compile(Arena arena, long program, String architecture) {
        List<String> options = new ArrayList<>(OPTIONS);
        options.add("--gpu-architecture=" + architecture);
        MemorySegment pointers = arena.allocate(MemoryLayout.sequenceLayout(options.size(), ADDRESS));
        for (int i = 0; i < options.size(); i++) {
            pointers.setAtIndex(ADDRESS, i, arena.allocateFrom(options.get(i)));
        }
        if (compile.call(program, options.size(), pointers) != 0) {
            throw new CudaUnavailable(
                    library.name() + " cannot compile for " + architecture + ": " + log(arena, program));
        }
        MemorySegment bytes = read(arena, program, imageSize, image);
        if (bytes.byteSize() == 0) {
            throw new CudaUnavailable(library.name() + " made no machine code for " + architecture);
        }
        return bytes.toArray(JAVA_BYTE);
    }

    private String log(Arena arena, long program) {
        return read(arena, program, logSize, log).getString(0).strip();
    }

    private static MemorySegment read(Arena arena, long program, Function size, Function content) {
        MemorySegment length = arena.allocate(JAVA_LONG);
        check(size, size.call(program, length));
        MemorySegment bytes = arena.allocate(length.get(JAVA_LONG, 0));
        check(content, content.call(program, bytes));
        return bytes;
    }

    private static void check(Function function, int status) {
        if (status != 0) {
            throw new CudaFailure(function.symbol() + ": error " + status);
        }
    }
}
