package io.concordance.registry.page;

import io.concordance.contracts.release.ConcernLevel;
import io.concordance.registry.concern.Candidate;
import io.concordance.registry.concern.Ranking;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Explanation;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.Feature.Origin;
import io.concordance.registry.page.Format.Estimate;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A feature in a table, as text. */
record FeatureRow(
        String uid,
        String index,
        String dictionary,
        String label,
        String level,
        String state,
        String grade,
        String arm,
        Estimate auroc,
        Estimate recall,
        Estimate falsePositives,
        String rate) {

    /** With the arm that ranks it, or else the one with the surest AUROC. */
    static FeatureRow of(Feature feature) {
        Optional<Evidence> strongest = Ranking.best(feature.evidence(), null)
                .or(() -> feature.evidence().stream()
                        .max(Comparator.comparingDouble(
                                (Evidence e) -> e.screen().aurocLow())));
        return of(feature, strongest.orElse(null));
    }

    static FeatureRow of(Candidate candidate) {
        return of(candidate.feature(), candidate.evidence());
    }

    private static FeatureRow of(Feature feature, @Nullable Evidence evidence) {
        Explanation explanation = feature.explanation();
        Origin origin = feature.origin();
        ConcernLevel level = feature.level();
        return new FeatureRow(
                feature.uid(),
                Integer.toString(feature.index()),
                Format.brief(feature.dictionary()),
                explanation == null ? "no label yet" : TokenText.plain(explanation.label()),
                level == null ? "" : level.wire(),
                feature.state().wire(),
                feature.grade().name(),
                evidence == null ? "" : TokenText.plain(evidence.arm()),
                evidence == null
                        ? Estimate.NONE
                        : Format.bounded(
                                evidence.screen().auroc(),
                                evidence.screen().aurocLow(),
                                evidence.screen().aurocHigh()),
                evidence == null ? Estimate.NONE : Format.proportion(evidence.recall()),
                evidence == null ? Estimate.NONE : Format.proportion(evidence.falsePositiveRate()),
                origin == null || origin.tokens() == 0 ? "–" : Format.percent(origin.firingRate()));
    }
}
