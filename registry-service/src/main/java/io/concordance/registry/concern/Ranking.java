package io.concordance.registry.concern;

import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.Grading;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which candidate is better: the one surer to be seen (lower bound of calibration recall), then the one surer to be silent
 * (upper bound of the false-positive rate), then by screening AUROC, then by uid so that the order is total.
 */
public final class Ranking {
    private static final Comparator<Standing> BEST = Comparator.comparingDouble((Standing s) -> -s.recallLow)
            .thenComparingDouble(s -> s.falsePositiveRateHigh)
            .thenComparingDouble(s -> -s.evidence.screen().auroc());

    private Ranking() {}

    /** Evidence with the bounds it is ranked by, which are slow to compute. */
    private record Standing(Evidence evidence, double recallLow, double falsePositiveRateHigh) {
        static Standing of(Evidence evidence) {
            return new Standing(
                    evidence,
                    evidence.recall().low(),
                    evidence.falsePositiveRate().high());
        }
    }

    private record Ranked(Feature feature, Standing standing) {}

    /** Features with associating evidence, best first. */
    static List<Candidate> rank(List<Feature> features, @Nullable String armKind) {
        return features.stream()
                .flatMap(feature -> standing(feature.evidence(), armKind).map(s -> new Ranked(feature, s)).stream())
                .sorted(Comparator.comparing(Ranked::standing, BEST)
                        .thenComparing(ranked -> ranked.feature().uid()))
                .map(ranked -> new Candidate(ranked.feature(), ranked.standing().evidence()))
                .toList();
    }

    /** The best evidence that associates, among arms of a kind or, when that is null, among all. */
    public static Optional<Evidence> best(List<Evidence> evidence, @Nullable String armKind) {
        return standing(evidence, armKind).map(Standing::evidence);
    }

    private static Optional<Standing> standing(List<Evidence> evidence, @Nullable String armKind) {
        return evidence.stream()
                .filter(e -> armKind == null || armKind.equals(e.armKind()))
                .filter(Grading::associates)
                .map(Standing::of)
                .min(BEST.thenComparing(s -> s.evidence.arm()));
    }
}
