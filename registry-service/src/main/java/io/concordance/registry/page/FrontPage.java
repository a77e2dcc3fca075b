package io.concordance.registry.page;

import io.concordance.contracts.release.ConcernLevel;
import io.concordance.registry.concern.Candidate;
import io.concordance.registry.concern.Ranking;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Explanation;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.Feature.Origin;
import io.concordance.registry.page.Format.Estimate;
import io.concordance.registry.release.Release;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the front page says, as text. */
record FrontPage(
        List<Row> concern,
        List<Row> candidates,
        List<Row> features,
        List<Choice> grades,
        List<Choice> levels,
        List<Choice> states,
        String dictionary,
        @Nullable String next,
        List<ReleaseRow> releases,
        List<StudyRow> studies) {

    /** A feature in a table. */
    record Row(
            String uid,
            String index,
            String dictionary,
            String label,
            String level,
            String state,
            String grade,
            Estimate auroc,
            Estimate recall,
            String rate) {

        static Row of(Feature feature) {
            Optional<Evidence> strongest = Ranking.best(feature.evidence(), null)
                    .or(() -> feature.evidence().stream()
                            .max(Comparator.comparingDouble(
                                    (Evidence e) -> e.screen().aurocLow())));
            return of(feature, strongest.orElse(null));
        }

        static Row of(Candidate candidate) {
            return of(candidate.feature(), candidate.evidence());
        }

        private static Row of(Feature feature, @Nullable Evidence evidence) {
            Explanation explanation = feature.explanation();
            Origin origin = feature.origin();
            ConcernLevel level = feature.level();
            return new Row(
                    feature.uid(),
                    Integer.toString(feature.index()),
                    Format.brief(feature.dictionary()),
                    explanation == null ? "no label yet" : explanation.label(),
                    level == null ? "" : level.wire(),
                    feature.state().wire(),
                    feature.grade().name(),
                    evidence == null
                            ? Estimate.NONE
                            : Format.bounded(
                                    evidence.screen().auroc(),
                                    evidence.screen().aurocLow(),
                                    evidence.screen().aurocHigh()),
                    evidence == null ? Estimate.NONE : Format.proportion(evidence.recall()),
                    origin == null || origin.tokens() == 0 ? "–" : Format.percent(origin.firingRate()));
        }
    }

    /** An option of a filter. */
    record Choice(String value, boolean chosen) {}

    record ReleaseRow(long version, String channel, String digest, int features, String at) {
        static ReleaseRow of(Release release) {
            return new ReleaseRow(
                    release.version(),
                    release.channel(),
                    Format.brief(release.digest()),
                    release.features().size(),
                    Format.time(release.createdAt()));
        }
    }

    record StudyRow(String id, String name, String state, String at) {}
}
