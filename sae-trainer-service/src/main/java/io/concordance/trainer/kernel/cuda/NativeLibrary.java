package io.concordance.trainer.kernel.cuda;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A shared library that stays loaded for good, and its functions, all of which return an int. */
final class NativeLibrary {
    /** Folders to look in before all others, separated like a class path. */
    static final String PATH = "concordance.cuda.path";

    private static final List<String> USUAL = List.of(
            "/usr/local/cuda/lib64",
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64",
            "/usr/lib/wsl/lib");

    private final String name;
    private final SymbolLookup symbols;

    private NativeLibrary(String name, SymbolLookup symbols) {
        this.name = name;
        this.symbols = symbols;
    }

    /** The first of the names that can be loaded: from {@link #PATH}, by the dynamic linker's rules, or from usual folders. */
    static Optional<NativeLibrary> find(List<String> names) {
        for (String name : names) {
            for (Path folder : folders(System.getProperty(PATH, ""))) {
                Optional<NativeLibrary> library = load(folder.resolve(name));
                if (library.isPresent()) {
                    return library;
                }
            }
        }
        for (String name : names) {
            Optional<NativeLibrary> library = load(name);
            if (library.isPresent()) {
                return library;
            }
        }
        for (String name : names) {
            for (Path folder : usualFolders()) {
                Optional<NativeLibrary> library = load(folder.resolve(name));
                if (library.isPresent()) {
                    return library;
                }
            }
        }
        return Optional.empty();
    }

    private static List<Path> folders(String paths) {
        List<Path> folders = new ArrayList<>();
        for (String path : paths.split(File.pathSeparator, -1)) {
            if (!path.isBlank()) {
                folders.add(Path.of(path));
            }
        }
        return folders;
    }

    private static List<Path> usualFolders() {
        List<Path> folders = new ArrayList<>();
        String home = System.getenv("CUDA_PATH");
        if (home != null && !home.isBlank()) {
            folders.add(Path.of(home, "lib64"));
        }
        USUAL.forEach(folder -> folders.add(Path.of(folder)));
        return folders;
    }

    private static Optional<NativeLibrary> load(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new NativeLibrary(file.toString(), SymbolLookup.libraryLookup(file, Arena.global())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<NativeLibrary> load(String name) {
        try {
            return Optional.of(new NativeLibrary(name, SymbolLookup.libraryLookup(name, Arena.global())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    String name() {
        return name;
    }

    /**
     * A function of the library.
     *
     * @throws CudaUnavailable when the library has none of that name
     */
    Function function(String symbol, MemoryLayout... arguments) {
        return new Function(
                symbol,
                Linker.nativeLinker()
                        .downcallHandle(
                                symbols.find(symbol)
                                        .orElseThrow(() -> new CudaUnavailable(
                                                name + " has no function " + symbol + "; a newer one is needed")),
                                FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments)));
    }

    /** A function that takes pointers as {@code MemorySegment}, handles and sizes as {@code long}, and returns an int. */
    static final class Function {
        private final String symbol;
        private final MethodHandle handle;

        private Function(String symbol, MethodHandle handle) {
            this.symbol = symbol;
            int arity = handle.type().parameterCount();
            this.handle = handle.asType(MethodType.genericMethodType(arity).changeReturnType(int.class))
                    .asSpreader(Object[].class, arity);
        }

        String symbol() {
            return symbol;
        }

        int call(Object... arguments) {
            try {
                return (int) handle.invokeExact(arguments);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(symbol, e);
            }
        }
    }
}
