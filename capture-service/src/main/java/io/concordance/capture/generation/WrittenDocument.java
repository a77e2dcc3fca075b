package io.concordance.capture.generation;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.transcript.Transcript;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A transcript whose last span a model wrote.
 *
 * @param output tokens of that span exactly as they were chosen; its text may be cut into others
 * @param cut whether the prompt was longer than the model's context
 */
public record WrittenDocument(Transcript transcript, List<Integer> output, boolean cut) {

    public WrittenDocument {
        output = List.copyOf(output);
    }

    /** One JSON object a line. */
    public static byte[] lines(List<WrittenDocument> documents) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (WrittenDocument document : documents) {
            lines.writeBytes(Json.bytes(document));
            lines.write('\n');
        }
        return lines.toByteArray();
    }

    public static List<WrittenDocument> of(byte[] lines) {
        return new String(lines, StandardCharsets.UTF_8)
                .lines()
                .map(line -> Json.read(line.getBytes(StandardCharsets.UTF_8), WrittenDocument.class))
                .toList();
    }

    int[] outputTokens() {
        return output.stream().mapToInt(t -> t).toArray();
    }
}
