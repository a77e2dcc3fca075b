package io.concordance.interp.recapture;

import io.concordance.contracts.json.Json;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** Transcripts of one raw span each, one a line. */
public final class TextFile {
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

    private record Line(String id, List<SpanLine> spans) {}

    private record SpanLine(String kind, String role, String text) {}

    /** @param id not yet in the file */
    public void add(String id, String text) {
        lines.writeBytes(Json.bytes(new Line(id, List.of(new SpanLine("raw", "user", text)))));
        lines.write('\n');
    }

    public byte[] bytes() {
        return lines.toByteArray();
    }
}
