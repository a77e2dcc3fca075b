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
import io.concordance.registry.page.Format.Estimate;
import io.concordance.registry.page.figure.Figure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a feature's page says, as text.
 *
 * @param address of the page
 * @param weakest what the evidence that says least amounts to, in a sentence; empty with less than two arms
 * @param deployed where it is released and what monitors report of it
 * @param absent why there are no activations to show, null when there are
 */
record FeaturePage(
        String uid,
        String address,
        String title,
        String level,
        String state,
        String grade,
        Deployed deployed,
        List<Fact> facts,
        List<EvidenceRow> evidence,
        String weakest,
        List<RemovalRow> removals,
        @Nullable String absent,
        List<Figure> figures,
        ExampleTabs tabs,
        FeatureInsight insight,
        @Nullable ConcernView concern,
        List<AuditRow> audit) {

    record Fact(String name, String value) {}

    /**
     * @param release version of the newest release that has it; null when none has
     * @param armed monitors that have reported with that release
     * @param bounds what deployment says of its rate, one a model and threshold
     */
    record Deployed(@Nullable Long release, String channel, int armed, List<String> bounds) {
        static final Deployed NOWHERE = new Deployed(null, "", 0, List.of());
    }

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

    /**
     * @param report autointerp's report of the feature, without its examples
     * @param examples those that are to be shown
     * @param explanations what language models said about it, as autointerp has it
     */
    static FeaturePage of(
            Feature feature,
            @Nullable Concern concern,
            List<AuditEntry> audit,
            Deployed deployed,
            Answer report,
            Answer examples,
            Answer explanations) {
        Explanation explanation = feature.explanation();
        ConcernLevel level = feature.level();
        String page = address(feature.uid());
        boolean seen = report.json().isObject();
        return new FeaturePage(
                feature.uid(),
                page,
                explanation == null ? "no label yet" : TokenText.plain(explanation.label()),
                level == null ? "" : level.wire(),
                feature.state().wire(),
                feature.grade().name(),
                deployed,
                facts(feature, report),
                feature.evidence().stream().map(FeaturePage::row).toList(),
                weakest(feature.evidence()),
                RemovalRow.of(feature.evidence(), feature.index()),
                report.unknown() ? unanalysed(feature) : report.problem(),
                FeatureFigures.of(feature, report.json(), page).stream()
                        .filter(figure -> figure.drawing() != null)
                        .toList(),
                seen
                        ? ExampleTabs.of(
                                ExamplePage.of(examples.json()),
                                report.json().path("maximum").asDouble(),
                                page)
                        : ExampleTabs.NONE,
                seen ? FeatureInsight.of(report.json(), explanations.json()) : FeatureInsight.NONE,
                concern == null ? null : view(concern),
                audit.stream()
                        .map(e -> new AuditRow(
                                Format.time(e.at()), TokenText.plain(e.who()), e.action(), TokenText.plain(e.why())))
                        .toList());
    }

    /** A feature whose rate was measured over no rows is a linear probe. */
    private static String unanalysed(Feature feature) {
        Origin origin = feature.origin();
        return origin != null && origin.tokens() == 0
                ? "A linear probe: a direction that was fitted to outcomes, with no examples of its own."
                : "The autointerp service has not analysed this feature yet.";
    }

    static String address(String uid) {
        return "/features/" + Services.segment(uid);
    }

    private static List<Fact> facts(Feature feature, Answer report) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Dictionary", Format.brief(feature.dictionary()) + ", feature " + feature.index()));
        Origin origin = feature.origin();
        if (origin != null) {
            facts.add(new Fact("Hook point", TokenText.plain(origin.hook())));
            facts.add(new Fact("Model", origin.model()));
            facts.add(new Fact(
                    "Firing rate",
                    origin.tokens() == 0
                            ? "not counted"
                            : Format.percent(origin.firingRate()) + " of " + Format.count(origin.tokens())
                                    + " tokens"));
            facts.add(new Fact("Change", origin.change()));
        }
        if (report.json().path("rows").asLong() > 0) {
            facts.add(new Fact(
                    "Seen by labelling",
                    Format.firings(report.json().path("firings").asLong()) + " in "
                            + Format.count(report.json().path("rows").asLong()) + " tokens"));
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
                TokenText.plain(e.arm()),
                TokenText.plain(e.armKind()),
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

    private static String weakest(List<Evidence> evidence) {
        if (evidence.size() < 2) {
            return "";
        }
        Evidence least = evidence.stream()
                .min(Comparator.comparingDouble(e -> e.screen().aurocLow()))
                .orElseThrow();
        return "Weakest of " + evidence.size() + " arms: " + TokenText.plain(least.arm()) + ", AUROC "
                + Format.bounded(
                        least.screen().auroc(),
                        least.screen().aurocLow(),
                        least.screen().aurocHigh())
                + (Grading.associates(least) ? "." : "; its association does not hold.");
    }

    private static ConcernView view(Concern concern) {
        List<ReviewView> reviews = new ArrayList<>();
        for (Review review : concern.reviews()) {
            reviews.add(new ReviewView(
                    TokenText.plain(review.by()),
                    review.verdict().name().toLowerCase(Locale.ROOT),
                    TokenText.plain(review.reason()),
                    review.at() == null ? "" : Format.time(review.at())));
        }
        String strategy = concern.strategy();
        return new ConcernView(
                concern.level().wire(),
                TokenText.plain(concern.by()),
                TokenText.plain(concern.reason()),
                strategy == null ? "" : TokenText.plain(strategy),
                Format.time(concern.proposedAt()),
                concern.grade().name(),
                reviews);
    }
}
