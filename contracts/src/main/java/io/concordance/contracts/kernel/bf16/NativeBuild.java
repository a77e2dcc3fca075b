package io.concordance.contracts.kernel.bf16;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Compiles a C resource and loads the result. The folder in between is new, readable by this user alone and gone
 * afterwards: what is executed is what was compiled here, never a file found somewhere.
 */
final class NativeBuild {
    private static final String SOURCE = "/io/concordance/contracts/kernel/bf16/screen.c";
    private static final Path CPU = Path.of("/proc/cpuinfo");
    private static final String FLAG = "avx512_bf16";
    private static final long COMPILER_SECONDS = 60;
    private static final int LOGGED = 300;

    private NativeBuild() {}

    /**
     * @param parent of the folder in between
     * @throws Bf16Unavailable naming what is missing
     */
    static SymbolLookup load(String compiler, Path parent) {
        requireProcessor();
        try {
            Path folder = Files.createTempDirectory(parent, "concordance-bf16");
            try {
                return SymbolLookup.libraryLookup(compile(compiler, folder), Arena.global());
            } catch (IllegalArgumentException e) {
                throw new Bf16Unavailable("the compiled library does not load from " + parent);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new Bf16Unavailable("no place to compile in: " + e);
        }
    }

    private static void requireProcessor() {
        String architecture = System.getProperty("os.arch", "");
        if (!architecture.equals("amd64")) {
            throw new Bf16Unavailable("no bf16 products for " + architecture);
        }
        try {
            if (!Files.readString(CPU).contains(FLAG)) {
                throw new Bf16Unavailable("this CPU has no " + FLAG);
            }
        } catch (IOException e) {
            throw new Bf16Unavailable("what this CPU can do is not in " + CPU);
        }
    }

    private static Path compile(String compiler, Path folder) throws IOException {
        Path source = folder.resolve("screen.c");
        try (InputStream resource = NativeBuild.class.getResourceAsStream(SOURCE)) {
            if (resource == null) {
                throw new NoSuchFileException(SOURCE);
            }
            Files.copy(resource, source);
        }
        Path library = folder.resolve("libscreen.so");
        Path log = folder.resolve("log");
        // No -march: the functions name the instructions they need, so that asking the CPU is safe on any.
        List<String> command = List.of(
                compiler,
                "-O3",
                "-ffp-contract=off",
                "-fPIC",
                "-shared",
                "-w",
                "-o",
                library.toString(),
                source.toString());
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new Bf16Unavailable("no C compiler: " + compiler + " does not start");
        }
        await(process, compiler);
        if (process.exitValue() != 0) {
            String said = Files.readString(log).strip();
            throw new Bf16Unavailable(String.format(
                    Locale.ROOT,
                    "%s failed: %s",
                    compiler,
                    said.length() > LOGGED ? said.substring(0, LOGGED) + "..." : said));
        }
        return library;
    }

    private static void await(Process process, String compiler) {
        try {
            if (process.waitFor(COMPILER_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        throw new Bf16Unavailable(compiler + " did not end");
    }

    private static void delete(Path folder) throws IOException {
        for (String name : List.of("screen.c", "libscreen.so", "log")) {
            Files.deleteIfExists(folder.resolve(name));
        }
        Files.deleteIfExists(folder);
    }
}
