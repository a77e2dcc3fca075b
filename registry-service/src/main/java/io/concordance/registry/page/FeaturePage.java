package io.concordance.registry.page;

import io.concordance.contracts.release.ConcernLevel;
import io.concordance.registry.audit.AuditEntry;
import io.concordance.registry.concern.Concern;
import io.concordance.registry.concern.Review;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Explanation;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.Feature.Origin;
import io.concordance.registry.feature.Grading;
import io.concordance.registry.page.ActivationReport.Example;
import io.concordance.registry.page.DensityChart.Mark;
import io.concordance.registry.page.Format.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a feature's page says, as text.
 *
 * @param absent why there are no activations to show, null when there are
 */
record FeaturePage(
        String uid,
        String title,
        String level,
        String state,
        String grade,
        List<Fact> facts,
        List<EvidenceRow> evidence,
        List<RemovalRow> removals,
        @Nullable String absent,
        @Nullable DensityChart chart,
        List<TabView> tabs,
        FeatureInsight insight,
        @Nullable ConcernView concern,
        List<AuditRow> audit) {
    private static final int SHADES = 9;
    private static final int MAX_EXAMPLES = 12;

    record Fact(String name, String value) {}

    record EvidenceRow(
            String arm,
            String kind,
            Estimate auroc,
            String screenedBad,
            String screenedOk,
            Estimate logOdds,
            String q,
            String threshold,
            Estimate recall,
            Estimate falsePositives,
            boolean associates) {}

    record TabView(String name, List<ExampleView> examples) {}

    record ExampleView(String document, String arm, String outcome, String value, List<TokenView> tokens) {}

    /** @param cssClass how strongly the feature is on, whether it is the peak and whether the model wrote the token */
    record TokenView(String text, String title, String cssClass, boolean breakAfter) {}

    record ConcernView(
            String level,
            String by,
            String reason,
            String strategy,
            String at,
            String grade,
            List<ReviewView> reviews) {}

    record ReviewView(String by, String verdict, String reason, String at) {}

    record AuditRow(String at, String who, String action, String why) {}

    static FeaturePage of(
            Feature feature, @Nullable Concern concern, List<AuditEntry> audit, AutointerpClient.Answer answer) {
        Explanation explanation = feature.explanation();
        ConcernLevel level = feature.level();
        String absent = null;
        DensityChart chart = null;
        List<TabView> tabs = List.of();
        FeatureInsight insight = FeatureInsight.NONE;
        switch (answer) {
            case AutointerpClient.Answer.Absent(String why) -> absent = why;
            case AutointerpClient.Answer.Seen(ActivationReport report, FeatureInsight found) -> {
                insight = found;
                chart = DensityChart.of(report.arms(), marks(report, feature));
                tabs = tabs(report);
            }
        }
        return new FeaturePage(
                feature.uid(),
                explanation == null ? "no label yet" : explanation.label(),
                level == null ? "" : level.wire(),
                feature.state().wire(),
                feature.grade().name(),
                facts(feature),
                feature.evidence().stream().map(FeaturePage::row).toList(),
                RemovalRow.of(feature.evidence(), feature.index()),
                absent,
                chart,
                tabs,
                insight,
                concern == null ? null : view(concern),
                audit.stream()
                        .map(e -> new AuditRow(Format.time(e.at()), e.who(), e.action(), e.why()))
                        .toList());
    }

    private static List<Fact> facts(Feature feature) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Dictionary", Format.brief(feature.dictionary()) + ", feature " + feature.index()));
        Origin origin = feature.origin();
        if (origin != null) {
            facts.add(new Fact("Hook point", origin.hook()));
            facts.add(new Fact("Model", origin.model()));
            facts.add(new Fact(
                    "Firing rate",
                    origin.tokens() == 0
                            ? "not counted"
                            : Format.percent(origin.firingRate()) + " of " + Format.count(origin.tokens())
                                    + " tokens"));
            facts.add(new Fact("Change", origin.change()));
        }
        Explanation explanation = feature.explanation();
        if (explanation != null) {
            facts.add(new Fact(
                    "Label by",
                    explanation.explainer() + " " + explanation.explainerVersion() + " (" + explanation.trustTier()
                            + "), from " + Format.count(explanation.firings()) + " firings"));
            if (explanation.score() != null) {
                facts.add(new Fact(
                        "Label score",
                        explanation.score().kind() + " "
                                + Format.bounded(
                                        explanation.score().value(),
                                        explanation.score().low(),
                                        explanation.score().high())
                                + ", n = " + Format.count(explanation.score().n()) + ", "
                                + explanation.score().parseFailures() + " parse failures"));
            }
        }
        return facts;
    }

    private static EvidenceRow row(Evidence e) {
        return new EvidenceRow(
                e.arm(),
                e.armKind(),
                Format.bounded(
                        e.screen().auroc(), e.screen().aurocLow(), e.screen().aurocHigh()),
                e.screen().badFiring() + " of " + e.screen().badDocuments() + " bad",
                e.screen().okFiring() + " of " + e.screen().okDocuments() + " ok",
                Format.bounded(
                        e.screen().logOdds(),
                        e.screen().logOddsLow(),
                        e.screen().logOddsHigh()),
                Format.number(e.screen().q()),
                Format.number(e.calibration().threshold()),
                Format.proportion(e.recall()),
                Format.proportion(e.falsePositiveRate()),
                Grading.associates(e));
    }

    private static List<Mark> marks(ActivationReport report, Feature feature) {
        List<Mark> marks = new ArrayList<>();
        marks.add(new Mark("dictionary threshold", report.threshold(), "own"));
        feature.evidence().stream()
                .filter(Grading::associates)
                .mapToDouble(e -> e.calibration().threshold())
                .max()
                .ifPresent(threshold -> marks.add(new Mark("concern threshold", threshold, "concern")));
        return marks;
    }

    private static List<TabView> tabs(ActivationReport report) {
        return report.tabs().stream()
                .map(tab -> new TabView(
                        tab.name(),
                        tab.examples().stream()
                                .limit(MAX_EXAMPLES)
                                .map(example -> view(example, report.maximum()))
                                .toList()))
                .toList();
    }

    private static ExampleView view(Example example, double maximum) {
        List<TokenView> tokens = new ArrayList<>();
        for (int i = 0; i < example.tokens().size(); i++) {
            double value =
                    i < example.activations().size() ? example.activations().get(i) : 0;
            String shade = value > 0 ? "a" + Math.clamp((int) Math.ceil(SHADES * value / maximum), 1, SHADES) : "a0";
            String text = example.tokens().get(i);
            tokens.add(new TokenView(
                    TokenText.visible(text),
                    "position " + (example.first() + i) + ", activation " + Format.number(value),
                    shade + (i == example.peak() ? " peak" : "") + (i == example.output() ? " output" : ""),
                    text.indexOf('\n') >= 0));
        }
        return new ExampleView(
                example.document(),
                example.arm(),
                example.outcome().toLowerCase(Locale.ROOT),
                Format.number(example.value()),
                tokens);
    }

    private static ConcernView view(Concern concern) {
        List<ReviewView> reviews = new ArrayList<>();
        for (Review review : concern.reviews()) {
            reviews.add(new ReviewView(
                    review.by(),
                    review.verdict().name().toLowerCase(Locale.ROOT),
                    review.reason(),
                    review.at() == null ? "" : Format.time(review.at())));
        }
        String strategy = concern.strategy();
        return new ConcernView(
                concern.level().wire(),
                concern.by(),
                concern.reason(),
                strategy == null ? "" : strategy,
                Format.time(concern.proposedAt()),
                concern.grade().name(),
                reviews);
    }
}
