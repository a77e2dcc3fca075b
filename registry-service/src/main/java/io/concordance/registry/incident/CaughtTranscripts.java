package io.concordance.registry.incident;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.transcript.Outcome;
import java.io.ByteArrayOutputStream;

/** Transcript files of incidents. The same incidents make the same bytes. */
final class CaughtTranscripts {
    static final String KIND = "caught";

    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

    /** Adds a session, which is named by its incident from here on. */
    CaughtTranscripts add(Incident incident, JsonNode transcript, Outcome outcome) {
        ObjectNode line = transcript.deepCopy();
        line.put("id", incident.id());
        line.put("outcome", outcome.text());
        ObjectNode tags = line.path("tags") instanceof ObjectNode given ? given : line.putObject("tags");
        tags.put("incident", incident.id());
        tags.put("release", incident.release());
        if (!tags.has("family")) {
            tags.put("family", KIND);
        }
        lines.writeBytes(Json.canonical(line));
        lines.write('\n');
        return this;
    }

    byte[] toBytes() {
        return lines.toByteArray();
    }
}
