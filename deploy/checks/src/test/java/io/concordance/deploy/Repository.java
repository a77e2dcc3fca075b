package io.concordance.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of this repository. */
final class Repository {
    static final Path ROOT = Path.of(System.getProperty("concordance.home", "../.."))
            .toAbsolutePath()
            .normalize();
    static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    /** Modules whose main code has settings and meters. */
    static final List<String> SERVICES =
            List.of("service-kit", "capture-service", "sae-trainer-service", "autointerp-service", "registry-service");

    private Repository() {}

    static String text(String path) {
        try {
            return Files.readString(ROOT.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode yaml(String path) {
        try {
            return YAML.readTree(text(path));
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
    }

    /** All documents of a YAML text, in order. */
    static List<JsonNode> documents(String yaml) {
        try (var values = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
            return values.readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> files(String folder, String suffix) {
        try (Stream<Path> paths = Files.walk(ROOT.resolve(folder))) {
            return paths.filter(path -> path.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> sources(String module) {
        return files(module + "/src/main/java", ".java");
    }

    /** Nodes of a list, none where there is no list. */
    static Stream<JsonNode> each(JsonNode list) {
        return list.valueStream();
    }
}
