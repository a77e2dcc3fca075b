package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.registry.page.Format.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What autointerp found out about a feature beside its activations, as text. Read leniently: what is missing is empty.
 *
 * @param labels one row a score; a label without scores has one row
 * @param position null when nothing is known
 * @param promoted tokens that its direction makes likelier, most first; {@code suppressed} less likely
 * @param nearest features whose directions are most like its own
 * @param elicited what a search for an input found; null where there was none
 */
record FeatureInsight(
        List<LabelRow> labels,
        @Nullable PositionView position,
        List<TokenEffect> promoted,
        List<TokenEffect> suppressed,
        List<Near> nearest,
        @Nullable ElicitedView elicited) {
    static final FeatureInsight NONE = new FeatureInsight(List.of(), null, List.of(), List.of(), List.of(), null);

    /**
     * @param by explainer, with the model that was asked
     * @param status what is to be thought of the label
     * @param missing why there is no score; empty when there is one
     * @param control the same score with the label of another feature
     */
    record LabelRow(
            String label,
            String by,
            String tier,
            String status,
            String measure,
            Estimate score,
            String missing,
            String n,
            String parseFailures,
            Estimate control) {}

    record PositionView(String positioning, List<Measure> measures) {}

    record Measure(String name, String value, String meaning) {}

    /** @param notable whether chance does not explain it */
    record TokenEffect(String token, String effect, boolean notable) {}

    record Near(String uid, int index, String cosine) {}

    /**
     * @param report of the feature
     * @param explanations what language models said about it, a page of them
     */
    static FeatureInsight of(JsonNode report, JsonNode explanations) {
        List<LabelRow> labels = new ArrayList<>();
        JsonNode label = report.path("label");
        if (label.isObject()) {
            offline(label, labels);
        }
        explanations.path("items").forEach(explanation -> asked(explanation, labels));
        List<Near> nearest = new ArrayList<>();
        report.path("neighbours")
                .forEach(n -> nearest.add(new Near(
                        n.path("uid").asText(),
                        n.path("index").asInt(),
                        Format.number(n.path("cosine").asDouble()))));
        JsonNode logits = report.path("logits");
        return new FeatureInsight(
                labels,
                report.path("positions").hasNonNull("positioning") ? position(report.path("positions")) : null,
                effects(logits.path("promoted"), logits.path("notable").asDouble()),
                effects(logits.path("suppressed"), logits.path("notable").asDouble()),
                nearest,
                report.path("elicited").isObject() ? ElicitedView.of(report.path("elicited")) : null);
    }

    private static void offline(JsonNode label, List<LabelRow> rows) {
        String text = TokenText.plain(label.path("text").asText());
        String by = label.path("explainer").asText() + " "
                + label.path("explainerVersion").asText();
        String tier = label.path("trustTier").asText();
        JsonNode score = label.path("score");
        if (!score.isObject()) {
            String why = label.path("rule").isContainerNode() ? "too few firings to score" : "no rule to score";
            rows.add(new LabelRow(text, by, tier, "", "", Estimate.NONE, why, "", "", Estimate.NONE));
            return;
        }
        String failures = Format.count(score.path("parseFailures").asLong());
        rows.add(detection(
                text, by, tier, score.path("kind").asText(), score.path("detection"), failures, score.path("control")));
        if (score.path("sameTokens").isObject()) {
            rows.add(detection(
                    "",
                    "",
                    "",
                    "the same, on the same tokens",
                    score.path("sameTokens"),
                    failures,
                    score.path("none")));
        }
    }

    private static LabelRow detection(
            String text, String by, String tier, String measure, JsonNode found, String failures, JsonNode control) {
        return new LabelRow(
                text,
                by,
                tier,
                "",
                measure,
                estimate(found),
                "",
                Format.count(found.path("n").asLong()),
                failures,
                control.isObject() ? estimate(control.path("detection")) : Estimate.NONE);
    }

    private static void asked(JsonNode explanation, List<LabelRow> rows) {
        String state = explanation.path("state").asText();
        String text = TokenText.plain(explanation.path("label").asText(""));
        String by = explanation.path("explainer").asText() + ", "
                + explanation.path("model").asText() + ", prompt "
                + explanation.path("promptVersion").asText();
        String tier = explanation.path("trustTier").asText() + " model";
        String status = explanation.path("adopted").asBoolean() ? "in force" : state;
        boolean first = true;
        for (JsonNode entry : explanation.path("scores")) {
            JsonNode score = entry.path("score");
            rows.add(new LabelRow(
                    first ? text : "",
                    first ? by : "",
                    first ? tier : "",
                    first ? status : "",
                    entry.path("scorer").asText().toLowerCase(Locale.ROOT) + ", "
                            + entry.path("measure").asText(),
                    estimate(score.path("estimate")),
                    score.path("missing").asText(""),
                    Format.count(score.path("n").asLong()),
                    Format.count(score.path("parseFailures").asLong()),
                    estimate(entry.path("control").path("estimate"))));
            first = false;
        }
        if (first) {
            String why = explanation.path("problem").asText(state);
            rows.add(new LabelRow(text, by, tier, status, "", Estimate.NONE, why, "", "", Estimate.NONE));
        }
    }

    private static Estimate estimate(JsonNode found) {
        return found.hasNonNull("value")
                ? Format.bounded(
                        found.path("value").asDouble(),
                        found.path("low").asDouble(),
                        found.path("high").asDouble())
                : Estimate.NONE;
    }

    private static PositionView position(JsonNode positions) {
        List<Measure> measures = new ArrayList<>();
        measure(measures, positions, "omega2", "ω² of position", "share of its variance, chance taken off");
        measure(measures, positions, "omega2WithoutFirst", "without the first token", "the same");
        measure(measures, positions, "omega2WithinTokens", "within a token", "of position, among rows of one token");
        measure(measures, positions, "omega2Content", "ω² of content", "of token ids, at one position");
        measures.add(new Measure(
                "permutation test",
                "q = " + Format.number(positions.path("q").asDouble()),
                Format.count(positions.path("documents").asLong()) + " documents"));
        JsonNode shift = positions.path("shift");
        if (shift.isObject()) {
            measures.add(new Measure(
                    "shift test",
                    Format.number(shift.path("share").asDouble()),
                    Format.count(shift.path("windows").asLong()) + " windows at "
                            + Format.count(shift.path("offsets").asLong())
                            + " offsets, share that the offset explains"));
        }
        return new PositionView(positions.path("positioning").asText(), measures);
    }

    private static void measure(List<Measure> measures, JsonNode from, String field, String name, String meaning) {
        if (from.hasNonNull(field)) {
            measures.add(new Measure(name, Format.number(from.path(field).asDouble()), meaning));
        }
    }

    private static List<TokenEffect> effects(JsonNode effects, double notable) {
        List<TokenEffect> shown = new ArrayList<>();
        effects.forEach(e -> shown.add(new TokenEffect(
                TokenText.visible(e.path("text").asText()),
                Format.number(e.path("effect").asDouble()),
                Math.abs(e.path("effect").asDouble()) > notable)));
        return shown;
    }
}
