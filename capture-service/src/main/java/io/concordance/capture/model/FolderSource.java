package io.concordance.capture.model;

import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** A folder of this machine, below one that the operator has opened for models. */
final class FolderSource implements ModelSource {
    static final String FIELD = "source.folder";

    private final Path folder;

    private FolderSource(Path folder) {
        this.folder = folder;
    }

    /**
     * @param roots folders that models may lie below
     * @param name path relative to one of them
     * @throws FieldProblem on {@code source.folder}; what it says does not depend on what lies outside the roots
     */
    static FolderSource of(List<Path> roots, String name) throws IOException {
        if (roots.isEmpty()) {
            throw new FieldProblem(FIELD, name, "no folder: this service has none open for models");
        }
        for (Path root : roots) {
            if (Files.isDirectory(root)) {
                Path real = root.toRealPath();
                Path folder = below(real, name);
                if (folder != null && Files.isDirectory(folder)) {
                    return new FolderSource(folder.toRealPath());
                }
            }
        }
        throw new FieldProblem(FIELD, name, "a folder below one that is open for models");
    }

    /** The file of a relative path, links followed; null when it is not below {@code root}. */
    private static @org.jspecify.annotations.Nullable Path below(Path root, String name) throws IOException {
        try {
            Path path = root.resolve(name).normalize();
            if (!path.startsWith(root) || !Files.exists(path)) {
                return null;
            }
            return path.toRealPath().startsWith(root) ? path : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    @Override
    public String field(String file) {
        return FIELD;
    }

    @Override
    public boolean copy(String file, Path target, long maxBytes) throws IOException {
        if (!Files.exists(folder.resolve(file))) {
            return false;
        }
        Path path = below(folder, file);
        if (path == null || !Files.isRegularFile(path)) {
            throw new FieldProblem(FIELD, file, "files inside the folder itself; links must not lead out of it");
        }
        ModelStaging.copy(Files.newInputStream(path), target, maxBytes, FIELD, file);
        return true;
    }
}
