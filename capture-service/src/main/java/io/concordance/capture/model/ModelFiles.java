package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.RegisteredModel.DataFile;
import io.concordance.capture.model.graph.OnnxFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The local files of a model.
 *
 * @param data files of external data by location, in the folder of {@code onnx}
 */
record ModelFiles(
        Path onnx,
        Map<String, Path> data,
        Path tokenizer,
        @Nullable Path tokenizerConfig) {

    /** What a model is named by. */
    record Digests(
            String onnx,
            List<DataFile> data,
            String tokenizer,
            @Nullable String tokenizerConfig) {
        String id() {
            return RegisteredModel.id(onnx, tokenizer, RegisteredModel.dataDigest(data), tokenizerConfig);
        }
    }

    /** The graph, ready for surgery. */
    ModelProto graph() {
        return OnnxFile.read(onnx, data);
    }

    Digests digests() {
        List<DataFile> files = new ArrayList<>();
        new TreeMap<>(data).forEach((location, file) -> files.add(new DataFile(location, size(file), sha256(file))));
        return new Digests(
                sha256(onnx), files, sha256(tokenizer), tokenizerConfig == null ? null : sha256(tokenizerConfig));
    }

    private static String sha256(Path file) {
        return io.concordance.contracts.digest.Digests.sha256(file);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
