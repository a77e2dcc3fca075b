package io.concordance.capture.model;

import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Files of one request. External data may be sent under the last name of its path. */
final class UploadedSource implements ModelSource {
    private final Map<String, Path> parts;
    private final Map<String, Path> data;

    /**
     * @param parts the files known by name: graph, tokenizer and its configuration
     * @param data files of external data, as the client called them
     */
    UploadedSource(Map<String, Path> parts, Map<String, Path> data) {
        this.parts = Map.copyOf(parts);
        this.data = new TreeMap<>(data);
    }

    @Override
    public String field(String file) {
        return switch (file) {
            case ModelStaging.ONNX -> "onnx";
            case ModelStaging.TOKENIZER -> "tokenizer";
            case ModelStaging.TOKENIZER_CONFIG -> "tokenizerConfig";
            default -> "data";
        };
    }

    @Override
    public boolean copy(String file, Path target, long maxBytes) throws IOException {
        Path part = parts.containsKey(file) ? parts.get(file) : data.getOrDefault(file, data.get(lastName(file)));
        if (part == null) {
            return false;
        }
        if (Files.size(part) > maxBytes) {
            throw new FieldProblem(field(file), Files.size(part) + " bytes", "at most " + maxBytes + " bytes");
        }
        Files.copy(part, target);
        return true;
    }

    @Override
    public void requireNothingElse(Set<String> files) {
        for (String name : data.keySet()) {
            if (files.stream()
                    .noneMatch(file -> file.equals(name) || lastName(file).equals(name))) {
                throw new FieldProblem("data", name, "files that the model's weights are in: " + files);
            }
        }
    }

    private static String lastName(String file) {
        return file.substring(file.lastIndexOf('/') + 1);
    }
}
