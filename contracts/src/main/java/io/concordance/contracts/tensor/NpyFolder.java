package io.concordance.contracts.tensor;

import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The tensors of a safetensors file as a folder of {@code .npy} files, {@code NAME.npy} each, and back. */
public final class NpyFolder {
    public static final String SUFFIX = ".npy";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,200}");

    private NpyFolder() {}

    /**
     * Writes every tensor; BF16, which NumPy does not have, is widened to F32.
     *
     * @throws FieldProblem naming a tensor whose name is no file name; nothing is written then
     */
    public static void write(SafetensorsFile file, Path folder) {
        for (String name : file.tensors().keySet()) {
            if (!NAME.matcher(name).matches()) {
                throw new FieldProblem(name, null, "names of letters, digits, dots, dashes and underscores");
            }
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        file.tensors().forEach((name, info) -> {
            boolean widened = info.dtype() == DType.BF16;
            MemorySegment data = widened ? MemorySegment.ofArray(file.floats(name)) : file.data(name);
            NpyFile.write(
                    folder.resolve(name + SUFFIX),
                    new NpyFile.Array(widened ? DType.F32 : info.dtype(), info.shape(), data));
        });
    }

    /**
     * The arrays of a folder, by name.
     *
     * @throws FieldProblem naming a file that is no array
     */
    public static SafetensorsWriter read(Path folder) {
        SafetensorsWriter writer = new SafetensorsWriter();
        for (Path file : files(folder)) {
            String name = file.getFileName().toString();
            NpyFile.Array array;
            try {
                array = NpyFile.read(file);
            } catch (FieldProblem e) {
                throw e.inside(name);
            }
            writer.tensor(
                    name.substring(0, name.length() - SUFFIX.length()),
                    array.dtype(),
                    array.shape().stream().mapToLong(Long::longValue).toArray(),
                    array.data());
        }
        return writer;
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
