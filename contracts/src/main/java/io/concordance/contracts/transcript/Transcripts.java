package io.concordance.contracts.transcript;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads transcripts from JSON lines, one at a time and within limits: a line that is too long is refused before it is
 * held in memory whole. Problems name the line and the field, such as {@code line 17: spans[0].text}.
 */
public final class Transcripts {
    private static final Set<String> FIELDS = Set.of("id", "spans", "outcome", "tags");
    private static final Set<String> SPAN_FIELDS = Set.of("kind", "role", "text", "provenance");
    private static final Set<String> ROLES = Set.of("user", "assistant", "system");
    private static final int MAX_ID = 200;
    private static final ObjectReader READER = Json.mapper().readerFor(JsonNode.class);

    private Transcripts() {}

    /**
     * Bounds of a transcript file.
     *
     * @param lineBytes longest line
     * @param documents most documents
     */
    public record Limits(int lineBytes, int documents) {
        public static final Limits DEFAULT = new Limits(1 << 20, 1_000_000);
    }

    /** Receives a transcript and where it lies. */
    @FunctionalInterface
    public interface Located {
        /** @param end offset just past the transcript's line, its line feed included */
        void accept(Transcript transcript, long end);
    }

    /**
     * Hands every transcript to {@code each}, in file order.
     *
     * @return the number of transcripts, at least 1
     * @throws FieldProblem on the first line that is no transcript, a repeated id, or an empty file
     */
    public static int read(InputStream stream, Limits limits, Consumer<Transcript> each) {
        return readLocated(stream, limits, (transcript, end) -> each.accept(transcript));
    }

    /** As {@link #read}, with the place of every transcript. */
    public static int readLocated(InputStream stream, Limits limits, Located each) {
        InputStream in = new BufferedInputStream(stream, 1 << 16);
        Set<String> ids = new HashSet<>();
        long[] end = new long[1];
        int line = 0;
        try {
            for (byte[] json = line(in, limits, 1, end); json != null; json = line(in, limits, line + 1, end)) {
                line++;
                if (isBlank(json)) {
                    continue;
                }
                Transcript transcript = parse(json, line);
                if (!ids.add(transcript.id())) {
                    throw at(line, new FieldProblem("id", transcript.id(), "an id that no earlier line has"));
                }
                if (ids.size() > limits.documents()) {
                    throw at(line, new FieldProblem("", null, "at most " + limits.documents() + " transcripts"));
                }
                each.accept(transcript, end[0]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (ids.isEmpty()) {
            throw new FieldProblem("transcripts", null, "at least one transcript, one JSON object a line");
        }
        return ids.size();
    }

    /** All transcripts of a small file. */
    public static List<Transcript> readAll(InputStream in, Limits limits) {
        List<Transcript> all = new ArrayList<>();
        read(in, limits, all::add);
        return all;
    }

    private static byte @Nullable [] line(InputStream in, Limits limits, int number, long[] end) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b = in.read();
        if (b < 0) {
            return null;
        }
        for (; b >= 0 && b != '\n'; b = in.read()) {
            if (line.size() == limits.lineBytes()) {
                throw at(number, new FieldProblem("", null, "a line of at most " + limits.lineBytes() + " bytes"));
            }
            line.write(b);
        }
        end[0] += line.size() + (b == '\n' ? 1 : 0);
        return line.toByteArray();
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    private static Transcript parse(byte[] json, int line) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json));
            return transcript(READER.readTree(json));
        } catch (CharacterCodingException e) {
            throw at(line, new FieldProblem("", null, "UTF-8 text"));
        } catch (JsonProcessingException e) {
            throw at(line, new FieldProblem("", null, "a JSON object (" + e.getOriginalMessage() + ")"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (FieldProblem e) {
            throw at(line, e);
        }
    }

    private static Transcript transcript(JsonNode node) {
        if (!node.isObject()) {
            throw new FieldProblem("", node, "a JSON object");
        }
        known(node, FIELDS);
        String id = text(node, "id");
        if (id.isBlank() || id.length() > MAX_ID) {
            throw new FieldProblem("id", id, "1 to " + MAX_ID + " characters");
        }
        JsonNode spanNodes = node.path("spans");
        if (!spanNodes.isArray() || spanNodes.isEmpty()) {
            throw new FieldProblem(
                    "spans", spanNodes.isMissingNode() ? null : spanNodes, "a list of at least one span");
        }
        List<Span> spans = new ArrayList<>();
        boolean readable = false;
        for (int i = 0; i < spanNodes.size(); i++) {
            try {
                Span span = span(spanNodes.get(i));
                spans.add(span);
                readable |= span.kind() != Span.Kind.SUMMARY && !span.text().isEmpty();
            } catch (FieldProblem e) {
                throw e.inside("spans[" + i + "]");
            }
        }
        if (!readable) {
            throw new FieldProblem("spans", null, "at least one raw or output span with text");
        }
        Outcome outcome = node.has("outcome") ? Outcome.parse(text(node, "outcome")) : Outcome.UNKNOWN;
        return new Transcript(id, spans, outcome, tags(node.path("tags")));
    }

    private static Span span(JsonNode node) {
        if (!node.isObject()) {
            throw new FieldProblem("", node, "an object with kind, role and text");
        }
        known(node, SPAN_FIELDS);
        String role = text(node, "role");
        if (!ROLES.contains(role)) {
            throw new FieldProblem("role", role, "user, assistant or system");
        }
        JsonNode provenance = node.path("provenance");
        return new Span(
                Span.Kind.parse(text(node, "kind")),
                role,
                text(node, "text"),
                provenance.isMissingNode() || provenance.isNull() ? null : words("provenance", provenance));
    }

    private static Map<String, String> tags(JsonNode node) {
        return node.isMissingNode() || node.isNull() ? Map.of() : words("tags", node);
    }

    private static Map<String, String> words(String field, JsonNode node) {
        if (!node.isObject()) {
            throw new FieldProblem(field, node, "an object of strings, numbers or booleans");
        }
        Map<String, String> words = new LinkedHashMap<>();
        node.properties().forEach(word -> {
            if (!word.getValue().isValueNode()) {
                throw new FieldProblem(field + "." + word.getKey(), word.getValue(), "a string, number or boolean");
            }
            words.put(word.getKey(), word.getValue().asText());
        });
        return words;
    }

    private static void known(JsonNode node, Set<String> fields) {
        node.fieldNames().forEachRemaining(name -> {
            if (!fields.contains(name)) {
                throw new FieldProblem(name, null, "one of the fields " + new java.util.TreeSet<>(fields));
            }
        });
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isTextual()) {
            throw new FieldProblem(field, value.isMissingNode() ? null : value, "a string");
        }
        return value.textValue();
    }

    private static FieldProblem at(int line, FieldProblem problem) {
        String field = problem.field();
        FieldProblem located = new FieldProblem(
                field.isEmpty() ? "line " + line : "line " + line + ": " + field, problem.given(), problem.allowed());
        located.initCause(problem);
        return located;
    }
}
