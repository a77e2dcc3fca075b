package io.concordance.capture.intervention;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * At which token positions of a document an intervention is made.
 *
 * @param policy {@code all}, {@code last}, {@code prompt} (before the first token of an output span), {@code generated}
 *     (from it on) or {@code listed}
 * @param listed positions from 0, ascending; those past a document's end are not there
 */
public record Positions(String policy, List<Integer> listed) {
    static final Positions ALL = new Positions("all", List.of());
    private static final int MAX_LISTED = 4096;

    public Positions {
        listed = List.copyOf(listed);
    }

    /** @throws FieldProblem on the empty field */
    static Positions of(@Nullable JsonNode given) {
        if (given == null || given.isNull()) {
            return ALL;
        }
        if (given.isTextual() && List.of("all", "last", "prompt", "generated").contains(given.asText())) {
            return new Positions(given.asText(), List.of());
        }
        if (!given.isArray() || given.isEmpty() || given.size() > MAX_LISTED) {
            throw new FieldProblem(
                    "", given, "all, last, prompt, generated, or a list of 1 to " + MAX_LISTED + " positions");
        }
        List<Integer> listed = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            JsonNode position = given.get(i);
            if (!position.isInt() || position.asInt() < 0) {
                throw new FieldProblem("[" + i + "]", position, "a token position, 0 or more");
            }
            listed.add(position.asInt());
        }
        return new Positions("listed", listed.stream().distinct().sorted().toList());
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Positions stored(JsonNode json) {
        return of(json);
    }

    @JsonValue
    Object json() {
        return policy.equals("listed") ? listed : policy;
    }

    /**
     * Marks a document's positions with 1.
     *
     * @param document {@code [tokens]}
     * @param firstOutput first position of an output span; the number of tokens when there is none
     */
    void mark(byte[] document, int firstOutput) {
        int length = document.length;
        switch (policy) {
            case "all" -> Arrays.fill(document, (byte) 1);
            case "last" -> Arrays.fill(document, Math.max(0, length - 1), length, (byte) 1);
            case "prompt" -> Arrays.fill(document, 0, firstOutput, (byte) 1);
            case "generated" -> Arrays.fill(document, firstOutput, length, (byte) 1);
            default -> listed.stream().filter(p -> p < length).forEach(p -> document[p] = 1);
        }
    }

    /** First position of an output span; the number of positions when there is none. */
    public static int firstOutput(byte[] spans) {
        for (int i = 0; i < spans.length; i++) {
            if (spans[i] == Span.Kind.OUTPUT.code()) {
                return i;
            }
        }
        return spans.length;
    }
}
