package io.concordance.capture.model;

import io.concordance.capture.model.RegisteredModel.DataFile;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Copies of a model's files in a folder of their own while they are looked at, each named by its digest. What the
 * source does meanwhile changes nothing.
 */
final class ModelStaging {
    static final String ONNX = "model.onnx";
    static final String TOKENIZER = "tokenizer.json";
    static final String TOKENIZER_CONFIG = "tokenizer_config.json";

    private static final int MAX_DATA_FILES = 1000;

    private final Path folder;
    private final Limits limits;

    /** @param folder empty, and the caller's to remove */
    ModelStaging(Path folder, Limits limits) {
        this.folder = folder;
        this.limits = limits;
    }

    /**
     * Most bytes of each kind of file.
     *
     * @param data of all external data together
     */
    record Limits(long onnx, long data, long tokenizer) {}

    /** Staged files and their names. */
    record Staged(ModelFiles files, ModelFiles.Digests digests) {}

    private record Copy(Path file, String digest, long bytes) {}

    /**
     * Copies a model.
     *
     * @param onnx path of the graph; external data lies relative to it
     * @throws FieldProblem naming the field at fault
     */
    Staged take(ModelSource source, String onnx) throws IOException {
        Copy graph = required(source, onnx, limits.onnx);
        SortedSet<String> locations = OnnxFile.externalData(graph.file);
        if (locations.size() > MAX_DATA_FILES) {
            throw new FieldProblem(
                    source.field(onnx), locations.size() + " files of weights", "at most " + MAX_DATA_FILES);
        }
        String beside = onnx.substring(0, onnx.lastIndexOf('/') + 1);
        Map<String, Path> data = new HashMap<>();
        List<DataFile> described = new ArrayList<>();
        Set<String> asked = new HashSet<>();
        long left = limits.data;
        for (String location : locations) {
            Copy copy = required(source, beside + location, left);
            left -= copy.bytes;
            data.put(location, copy.file);
            described.add(new DataFile(location, copy.bytes, copy.digest));
            asked.add(location);
        }
        source.requireNothingElse(asked);
        Copy tokenizer = required(source, TOKENIZER, limits.tokenizer);
        Copy config = optional(source, TOKENIZER_CONFIG, limits.tokenizer);
        return new Staged(
                new ModelFiles(graph.file, data, tokenizer.file, config == null ? null : config.file),
                new ModelFiles.Digests(
                        graph.digest, described, tokenizer.digest, config == null ? null : config.digest));
    }

    private Copy required(ModelSource source, String file, long maxBytes) throws IOException {
        Copy copy = optional(source, file, maxBytes);
        if (copy == null) {
            String field = source.field(file);
            throw new FieldProblem(field, field.equals("data") ? file : null, "a file '" + file + "'");
        }
        return copy;
    }

    private @Nullable Copy optional(ModelSource source, String file, long maxBytes) throws IOException {
        Path part = folder.resolve("part");
        if (!source.copy(file, part, maxBytes)) {
            return null;
        }
        String digest = Digests.sha256(part);
        long bytes = Files.size(part);
        Path named = folder.resolve(Digests.hex(digest));
        Files.move(part, named, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return new Copy(named, digest, bytes);
    }

    /** Copies a stream that may be endless. */
    static void copy(InputStream source, Path target, long maxBytes, String field, String file) throws IOException {
        try (source;
                OutputStream out = Files.newOutputStream(target)) {
            byte[] chunk = new byte[1 << 16];
            long bytes = 0;
            for (int n = source.read(chunk); n >= 0; n = source.read(chunk)) {
                bytes += n;
                if (bytes > maxBytes) {
                    throw new FieldProblem(field, file, "files of at most " + maxBytes + " bytes");
                }
                out.write(chunk, 0, n);
            }
        }
    }
}
