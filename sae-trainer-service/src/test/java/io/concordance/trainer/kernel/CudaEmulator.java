package io.concordance.trainer.kernel;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernels built for the CPU with g++ behind the names of the driver, NVRTC and cuBLAS, so that the code on both sides
 * of the foreign calls runs where there is no GPU.
 */
public final class CudaEmulator implements AutoCloseable {
    private static final Pattern KERNEL = Pattern.compile("__global__ void (\\w+)\\(");

    private static final String PATH = "concordance.cuda.path";

    private final Path folder;
    private final String before = System.getProperty(PATH, "");

    /** Builds the libraries into a folder and has them found until closed; aborts the test when there is no g++. */
    public CudaEmulator(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        build(folder);
        System.setProperty(PATH, folder.toString());
    }

    @Override
    public void close() {
        System.setProperty(PATH, before);
    }

    private static void build(Path folder) throws IOException, InterruptedException {
        String source = CudaKernels.source();
        Files.writeString(folder.resolve("kernels.cu"), source);
        StringBuilder table = new StringBuilder();
        Matcher kernels = KERNEL.matcher(source);
        while (kernels.find()) {
            table.append("{\"%1$s\", emulator::invoke<%1$s>},\n".formatted(kernels.group(1)));
        }
        Files.writeString(folder.resolve("kernels.table"), table);
        try (InputStream emulator = CudaEmulator.class.getResourceAsStream("emulator.cpp")) {
            if (emulator == null) {
                throw new IllegalStateException("emulator.cpp is missing");
            }
            Files.write(folder.resolve("emulator.cpp"), emulator.readAllBytes());
        }
        Path library = folder.resolve("libcuda.so.1");
        compile(
                folder,
                List.of(
                        "g++",
                        "-std=c++20",
                        "-O2",
                        "-ffp-contract=off",
                        "-U_FORTIFY_SOURCE",
                        "-fPIC",
                        "-shared",
                        "-w",
                        "-o",
                        library.toString(),
                        "emulator.cpp"));
        Files.createSymbolicLink(folder.resolve("libnvrtc.so.12"), library);
        Files.createSymbolicLink(folder.resolve("libcublas.so.12"), library);
    }

    private static void compile(Path folder, List<String> command) throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process compiler;
        try {
            compiler = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            System.out.println("NOT RUN: emulated CUDA kernels, for g++ was not found");
            abort("not run: g++ not found");
            return;
        }
        if (!compiler.waitFor(2, TimeUnit.MINUTES) || compiler.exitValue() != 0) {
            compiler.destroyForcibly();
            throw new IllegalStateException("g++ failed: " + Files.readString(log, StandardCharsets.UTF_8));
        }
    }

    /** In which order the threads of a block take turns: 0 ascending, 1 descending, else shuffled by that seed. */
    void order(int order) {
        SymbolLookup library = SymbolLookup.libraryLookup(folder.resolve("libcuda.so.1"), Arena.global());
        try {
            Linker.nativeLinker()
                    .downcallHandle(
                            library.findOrThrow("emulatorOrder"), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                    .invokeExact(order);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
