package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Weights that lie in a file and are not parsed. After {@link #bind} every reference names a file of one folder, with
 * offset and length checked against it; ONNX Runtime maps those files, so that a model of any size is a small message.
 */
final class ExternalData {
    private static final String FIELD = "onnx";
    /** Where {@link #folder} is kept; a file from outside never brings its own. */
    private static final String FOLDER = "concordance.folder";

    private ExternalData() {}

    /**
     * Locations that the weights of a model name, as they are written.
     *
     * @throws FieldProblem on {@code onnx} for a location that is absolute, climbs, or is no plain relative path
     */
    static SortedSet<String> locations(ModelProto model) {
        SortedSet<String> locations = new TreeSet<>();
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            if (isExternal(tensor)) {
                locations.add(location(tensor));
            }
        }
        return locations;
    }

    /** Folder that references of a bound model are relative to. */
    static @Nullable Path folder(ModelProto model) {
        return model.getMetadataPropsList().stream()
                .filter(entry -> entry.getKey().equals(FOLDER))
                .map(entry -> Path.of(entry.getValue()))
                .findFirst()
                .orElse(null);
    }

    /**
     * The model with every reference checked and made a file name of {@code onnx}'s folder. Weights that were left in
     * {@code onnx} itself are references into it.
     *
     * @param onnx the file that the skeleton was parsed from
     * @param files the file behind each location, in {@code onnx}'s folder
     */
    static ModelProto bind(Skeleton skeleton, Path onnx, Map<String, Path> files) {
        ModelProto model = skeleton.model();
        Path folder = onnx.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException("no folder: " + onnx);
        }
        GraphProto.Builder graph = model.getGraph().toBuilder();
        Map<Path, Long> sizes = new HashMap<>();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            TensorProto tensor = graph.getInitializer(i);
            if (isExternal(tensor)) {
                Path file = files.get(location(tensor));
                if (file == null) {
                    throw new FieldProblem(
                            FIELD,
                            "external data '" + location(tensor) + "'",
                            "a model that comes with every file it names");
                }
                graph.setInitializer(i, bound(tensor, folder, file, sizes));
            } else {
                Skeleton.Span own = skeleton.large().get(i);
                if (own == null) {
                    Tensors.checkInline(tensor);
                } else {
                    Tensors.checkRaw(tensor, own.length());
                    graph.setInitializer(i, refer(tensor, onnx, own.offset(), own.length()));
                }
            }
        }
        ModelProto.Builder bound = model.toBuilder().setGraph(graph).clearMetadataProps();
        model.getMetadataPropsList().stream()
                .filter(entry -> !entry.getKey().equals(FOLDER))
                .forEach(bound::addMetadataProps);
        return bound.addMetadataProps(entry(FOLDER, folder.toString())).build();
    }

    static boolean isExternal(TensorProto tensor) {
        return tensor.getDataLocation() == DataLocation.EXTERNAL || tensor.getExternalDataCount() > 0;
    }

    private static TensorProto bound(TensorProto tensor, Path folder, Path file, Map<Path, Long> sizes) {
        if (!folder.equals(file.toAbsolutePath().getParent())) {
            throw new IllegalArgumentException(file + " is not in " + folder);
        }
        Map<String, String> reference = reference(tensor);
        long offset = number(tensor, reference, "offset", 0);
        long bytes = Tensors.bytes(tensor);
        long length = number(tensor, reference, "length", bytes);
        long size = sizes.computeIfAbsent(file, ExternalData::size);
        if (bytes < 0 || length != bytes || offset > size - length) {
            throw new FieldProblem(
                    FIELD,
                    "external data of " + Tensors.describe(tensor) + " at " + offset + ", " + length + " bytes",
                    "a part of '" + location(tensor) + "', which has " + size + " bytes, as long as the shape needs");
        }
        return refer(tensor, file, offset, length);
    }

    private static TensorProto refer(TensorProto tensor, Path file, long offset, long length) {
        return tensor.toBuilder()
                .clearRawData()
                .setDataLocation(DataLocation.EXTERNAL)
                .clearExternalData()
                .addExternalData(entry("location", file.getFileName().toString()))
                .addExternalData(entry("offset", Long.toString(offset)))
                .addExternalData(entry("length", Long.toString(length)))
                .build();
    }

    private static String location(TensorProto tensor) {
        String location = reference(tensor).getOrDefault("location", "");
        List<String> parts = List.of(location.split("/", -1));
        boolean plain = !location.isEmpty()
                && location.length() <= 1000
                && location.chars().noneMatch(c -> c < ' ' || c == '\\' || c == ':')
                && parts.stream().noneMatch(p -> p.isEmpty() || p.equals(".."));
        if (!plain) {
            throw new FieldProblem(
                    FIELD,
                    "external data of '" + tensor.getName() + "' in '" + location + "'",
                    "a relative path inside the model's own folder");
        }
        return location;
    }

    private static Map<String, String> reference(TensorProto tensor) {
        Map<String, String> reference = new LinkedHashMap<>();
        tensor.getExternalDataList().forEach(entry -> reference.put(entry.getKey(), entry.getValue()));
        return reference;
    }

    private static long number(TensorProto tensor, Map<String, String> reference, String key, long otherwise) {
        String text = reference.get(key);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw new FieldProblem(
                    FIELD, "external data of '" + tensor.getName() + "': " + key + " " + text, "a number of bytes");
        }
        return Long.parseLong(text);
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
