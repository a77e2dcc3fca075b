package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.registry.feature.FeatureRepository.Counts;
import io.concordance.registry.page.FeaturePage.Fact;
import io.concordance.registry.page.Tallies.ArmTally;
import io.concordance.registry.page.figure.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a dictionary's page says, as text.
 *
 * @param digest of the finished dictionary; empty until there is one
 * @param unreachable why nothing is known of its training; null when it is
 * @param problems what else could not be asked
 * @param comparison beside another dictionary; null when none is asked for
 */
record DictionaryPage(
        String id,
        String name,
        String state,
        String digest,
        @Nullable String problem,
        @Nullable String unreachable,
        List<String> problems,
        List<Fact> facts,
        List<Figure> figures,
        List<ArmRow> arms,
        List<Change> changes,
        List<Choice> others,
        @Nullable Comparison comparison) {

    /** Half decades from 1e-6 to 1e-4. */
    private static final int RARE_BINS = 4;

    /** Metrics of a run by their names there, with words for them. */
    private static final List<Fact> MEASURES = List.of(
            new Fact("fvu", "FVU"),
            new Fact("l0", "L0"),
            new Fact("alive", "Share of features alive"),
            new Fact("cosine", "Cosine of rows and their reconstructions"));

    /** What one arm says about its features. */
    record ArmRow(String arm, String kind, String features, String bad, String ok, String significant) {}

    /** @param features that came about in this way, of {@code total} that were announced */
    record Change(String name, String features, String share) {}

    /** A dictionary that it can be compared with. */
    record Choice(String id, String name, boolean chosen) {}

    /** The dictionary run that it is compared with, and how their features match. */
    record Other(JsonNode run, DictionaryMatches.Shown matching) {}

    /**
     * @param rows one measure a row, this dictionary first
     * @param matching how their features match
     */
    record Comparison(String id, String name, List<ComparedRow> rows, DictionaryMatches.Shown matching) {}

    record ComparedRow(String measure, String here, String there) {}

    /** Everything that was asked for it. */
    record Asked(Answer run, Answer history, Answer features, Answer analysis) {}

    static DictionaryPage of(
            Asked asked,
            List<Figure> figures,
            @Nullable Counts counts,
            Map<String, Long> changes,
            List<ArmTally> arms,
            List<JsonNode> runs,
            @Nullable Other with) {
        JsonNode run = asked.run().json();
        String id = run.path("id").asText();
        long announced = changes.values().stream().mapToLong(Long::longValue).sum();
        List<String> problems = new ArrayList<>();
        if (asked.features().problem() != null && !asked.features().unknown()) {
            problems.add(asked.features().problem());
        }
        return new DictionaryPage(
                id,
                TokenText.plain(run.path("name").asText()),
                run.path("state").asText(),
                digest(run),
                run.hasNonNull("problem") ? TokenText.plain(run.path("problem").asText()) : null,
                asked.run().problem(),
                problems,
                facts(run, counts),
                figures,
                arms.stream()
                        .map(arm -> new ArmRow(
                                TokenText.plain(arm.arm()),
                                TokenText.plain(arm.kind()),
                                Format.count(arm.features()),
                                Format.count(arm.badDocuments()),
                                Format.count(arm.okDocuments()),
                                Format.count(arm.significant())))
                        .toList(),
                changes.entrySet().stream()
                        .map(entry -> new Change(
                                entry.getKey(),
                                Format.count(entry.getValue()),
                                Format.percent((double) entry.getValue() / announced)))
                        .toList(),
                runs.stream()
                        .filter(other -> !other.path("id").asText().equals(id))
                        .map(other -> new Choice(
                                other.path("id").asText(),
                                TokenText.plain(other.path("name").asText()) + ", "
                                        + Format.time(other.path("createdAt").asText("")),
                                with != null && with.run().path("id").equals(other.path("id"))))
                        .toList(),
                with == null ? null : compared(run, with));
    }

    static String digest(JsonNode run) {
        return run.path("digest").asText("");
    }

    /** Figures that have something to show. */
    static List<Figure> figures(Asked asked) {
        JsonNode run = asked.run().json();
        String page = "/dictionaries/" + run.path("id").asText();
        List<Figure> figures = new ArrayList<>();
        figures.addAll(DictionaryFigures.curves(run, asked.history().json().path("items"), page));
        figures.addAll(DictionaryFigures.density(run, page));
        figures.addAll(
                CoverageFigures.of(asked.analysis().json().path("items").path(0).path("coverage"), digest(run), page));
        figures.addAll(DictionaryFigures.positions(asked.features().json().path("items"), digest(run), page));
        return figures;
    }

    private static List<Fact> facts(JsonNode run, @Nullable Counts counts) {
        List<Fact> facts = new ArrayList<>();
        JsonNode config = run.path("config");
        facts.add(new Fact(
                "Form",
                config.path("activation").asText() + ", "
                        + Format.count(config.path("width").asLong())
                        + " features, k " + config.path("k").asLong() + ", seed "
                        + config.path("seed").asLong()));
        facts.add(new Fact("Hook point", TokenText.plain(config.path("hook").asText())));
        facts.add(new Fact(
                "Trained on",
                Format.count(run.path("tokens").asLong()) + " of "
                        + Format.count(run.path("tokensTotal").asLong()) + " rows; captured so far "
                        + Format.count(run.path("coverage").path("rows").asLong()) + ", held out "
                        + Format.count(run.path("coverage").path("heldOut").asLong())));
        facts.add(new Fact(
                "Quarantined",
                Format.count(run.path("quarantined").path("shards").asLong()) + " shards, "
                        + Format.count(run.path("quarantined").path("rows").asLong()) + " rows"));
        facts.add(new Fact("Generation", run.path("generation").asText()));
        for (Fact measure : MEASURES) {
            facts.add(new Fact(measure.value(), measured(run, measure.name())));
        }
        if (counts != null) {
            facts.add(new Fact(
                    "Features",
                    Format.count(counts.discovered()) + " announced, " + Format.count(counts.explained())
                            + " labelled, " + Format.count(counts.attributed()) + " compared with outcomes, "
                            + Format.count(counts.associated()) + " of grade E1 or higher"));
        }
        rare(run, facts);
        return facts;
    }

    private static void rare(JsonNode run, List<Fact> facts) {
        JsonNode density = run.path("metrics").path("density");
        JsonNode counts = density.path("features");
        if (counts.isEmpty()) {
            return;
        }
        long rare = 0;
        for (int i = 0; i < RARE_BINS && i < counts.size(); i++) {
            rare += counts.path(i).asLong();
        }
        facts.add(new Fact(
                "Rare and silent",
                Format.count(rare) + " fire on fewer than 1 in 10,000 of "
                        + Format.count(density.path("rows").asLong()) + " rows, "
                        + Format.count(density.path("silent").asLong()) + " on none of these"));
    }

    private static String measured(JsonNode run, String name) {
        JsonNode metrics = run.path("metrics");
        String trained =
                metrics.path(name).isNumber() ? Format.number(metrics.path(name).asDouble()) : "–";
        JsonNode held = metrics.path("heldOut").path(name);
        return held.isNumber()
                ? trained + "; " + Format.number(held.asDouble()) + " on "
                        + Format.count(metrics.path("heldOut").path("rows").asLong()) + " held-out rows"
                : trained;
    }

    private static Comparison compared(JsonNode run, Other other) {
        JsonNode with = other.run();
        List<ComparedRow> rows = new ArrayList<>();
        List<Fact> here = facts(run, null);
        List<Fact> there = facts(with, null);
        for (Fact fact : here) {
            String value = there.stream()
                    .filter(candidate -> candidate.name().equals(fact.name()))
                    .map(Fact::value)
                    .findFirst()
                    .orElse("–");
            rows.add(new ComparedRow(fact.name(), fact.value(), value));
        }
        return new Comparison(
                with.path("id").asText(), TokenText.plain(with.path("name").asText()), rows, other.matching());
    }
}
