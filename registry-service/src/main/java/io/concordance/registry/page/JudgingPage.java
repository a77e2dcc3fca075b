package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the blind queue says, as text: one transcript and a question, without arm, outcome or verdicts.
 *
 * @param by who labels; empty until they said
 * @param item id of the item; null when none is left, or nobody said who labels
 * @param problem why there is none, or why the last label was refused
 */
record JudgingPage(
        String id,
        String name,
        String question,
        String by,
        @Nullable String item,
        List<Span> spans,
        String progress,
        @Nullable String problem) {

    /** @param badge whether the model reads it as it is, wrote it, or it is a summary of what was written */
    record Span(String badge, String role, List<String> lines) {}

    static JudgingPage of(Answer judging, String by, @Nullable Answer next, @Nullable String problem) {
        JsonNode json = judging.json();
        JsonNode item = next == null ? json.path("none") : next.json();
        List<Span> spans = new ArrayList<>();
        item.path("spans")
                .forEach(span -> spans.add(new Span(
                        span.path("kind").asText(),
                        span.path("role").asText(),
                        TokenText.plain(span.path("text").asText()).lines().toList())));
        List<String> arms = new ArrayList<>();
        json.path("arms")
                .forEach(arm -> arms.add(Format.count(arm.path("labelled").asLong()) + " of "
                        + Format.count(arm.path("items").asLong())));
        String refused = problem != null
                ? problem
                : judging.problem() != null ? judging.problem() : next == null ? null : next.problem();
        return new JudgingPage(
                json.path("id").asText(),
                TokenText.plain(json.path("name").asText()),
                TokenText.plain(json.path("question").asText()),
                by,
                item.hasNonNull("item") ? item.path("item").asText() : null,
                spans,
                "Labelled, arm by arm in an order that is not told: " + String.join(", ", arms),
                refused);
    }
}
