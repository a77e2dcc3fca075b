package io.concordance.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The bundled model organism and transcripts in its language. */
final class Organism {
    static final Path DEMO = Path.of(System.getProperty("concordance.home", ".."), "demo");
    static final Path ONNX = DEMO.resolve("model.onnx");
    static final Path TOKENIZER = DEMO.resolve("tokenizer.json");

    private Organism() {}

    /** Its model id, registered if it was not. */
    static String registered() {
        Response response = CaptureClient.register("organism", ONNX, TOKENIZER);
        assertThat(response.statusCode()).as(response.asString()).isIn(200, 201);
        return response.jsonPath().getString("id");
    }

    /** Digest of an uploaded file of made-up transcripts. */
    static String transcripts(int count, long seed) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String text = "<|user|>" + "ping web ".repeat(1 + random.nextInt(9));
            lines.add(CaptureClient.line("d" + i, "ok", "raw", text, "output", "<RUN>x"));
        }
        return uploaded(CaptureClient.file(lines));
    }

    static String uploaded(String file) {
        return CaptureClient.upload(file).jsonPath().getString("digest");
    }

    /** The first lines of a bundled file. */
    static List<String> bundled(String file, int lines) {
        try (var all = Files.lines(DEMO.resolve(file))) {
            return all.limit(lines).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
