package io.concordance.contracts.incident;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which session it was, and of what.
 *
 * @param monitor how the monitor calls itself in reports
 * @param release digest of the release that it was armed with
 * @param model digest of the ONNX file of the model that ran, likewise {@code tokenizer}
 * @param session a name of the monitor's own for the session
 * @param rules ids of the rules that fired, at least one
 * @param firstOutput index of the first token that the model wrote, the number of tokens when it wrote none
 * @param rendering {@code verbatim} where span texts were read as they are though the model has a chat template; null for
 *     the way that the model renders transcripts
 * @param transcript one transcript as a line of a transcript file holds it; null where the monitor has token ids alone, and
 *     the session can be neither replayed nor learnt from
 */
public record IncidentDetails(
        String monitor,
        String release,
        String model,
        String tokenizer,
        @Nullable String session,
        List<String> rules,
        int firstOutput,
        @Nullable String rendering,
        @Nullable JsonNode transcript) {
    public static final String VERBATIM = "verbatim";

    private static final int MAX_NAME = 200;
    private static final int MOST_RULES = 100;
    private static final Transcripts.Limits ONE = new Transcripts.Limits(16 << 20, 1);

    /**
     * Checks whatever a file may hold.
     *
     * @throws FieldProblem on the first part that is missing or of the wrong kind
     */
    IncidentDetails checked() {
        name("monitor", monitor);
        digest("release", release);
        digest("model", model);
        digest("tokenizer", tokenizer);
        if (session != null) {
            name("session", session);
        }
        if (rules == null || rules.isEmpty() || rules.size() > MOST_RULES) {
            throw new FieldProblem("rules", rules == null ? null : rules.size() + " rules", "1 to " + MOST_RULES);
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < rules.size(); i++) {
            name("rules[" + i + "]", rules.get(i));
            if (!seen.add(rules.get(i))) {
                throw new FieldProblem("rules[" + i + "]", rules.get(i), "each rule once");
            }
        }
        if (rendering != null && !rendering.equals(VERBATIM)) {
            throw new FieldProblem("rendering", rendering, VERBATIM + ", or none");
        }
        text();
        return this;
    }

    /**
     * The transcript.
     *
     * @throws FieldProblem when it is no transcript
     */
    public @Nullable Transcript text() {
        if (transcript == null || transcript.isNull()) {
            return null;
        }
        try {
            return Transcripts.readAll(new ByteArrayInputStream(Json.canonical(transcript)), ONE)
                    .getFirst();
        } catch (IllegalArgumentException e) {
            throw new FieldProblem("transcript", null, "text without half a surrogate pair");
        } catch (FieldProblem e) {
            throw new FieldProblem("transcript", e.given(), e.allowed() + " (" + e.field() + ")");
        }
    }

    private static void name(String field, @Nullable String given) {
        if (given == null
                || given.isBlank()
                || given.length() > MAX_NAME
                || given.indexOf('\0') >= 0
                || !StandardCharsets.UTF_8.newEncoder().canEncode(given)) {
            throw new FieldProblem(field, given, "1 to " + MAX_NAME + " characters");
        }
    }

    private static void digest(String field, @Nullable String given) {
        if (given == null || !Digests.isDigest(given)) {
            throw new FieldProblem(field, given, "sha256: and 64 hex digits");
        }
    }
}
