package io.concordance.registry.study.strategy;

import io.concordance.contracts.feature.FeatureUids;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.study.peer.Probes.Probe;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which features are candidates: those that their dictionary announced, whose evidence holds, whose threshold costs at most the allowed rate of ok
 * documents, and which exceed it on enough bad ones. Ranked by recall on calibration documents, then by fewer ok
 * documents, then by the effect of removing them, then by screening AUROC, then by index.
 *
 * @param maxFalsePositiveRate share of ok calibration documents that may exceed the threshold
 */
public record CandidateRule(double maxFalsePositiveRate) {
    /** Candidates a strategy may have. */
    public static final int MOST = 3;
    /** Share of bad calibration documents that a candidate must exceed its threshold on. */
    public static final double LEAST_RECALL = 0.2;

    private static final Comparator<Candidate> RANKING = Comparator.comparingDouble(Candidate::recall)
            .reversed()
            .thenComparingInt(Candidate::okExceeding)
            .thenComparing(
                    Comparator.comparingDouble(Candidate::confirmedEffect).reversed())
            .thenComparing(Comparator.comparingDouble(Candidate::auroc).reversed())
            .thenComparingInt(Candidate::index)
            .thenComparing(Candidate::arm);

    /**
     * The candidates of one arm kind, best first.
     *
     * @param holds whether one arm's evidence, taken alone, carries a grade
     */
    public List<Candidate> ofKind(String armKind, Collection<Feature> features, Predicate<Evidence> holds) {
        List<Candidate> qualified = new ArrayList<>();
        for (Feature feature : features) {
            if (feature.origin() == null) {
                continue;
            }
            for (Evidence evidence : feature.evidence()) {
                if (evidence.armKind().equals(armKind) && holds.test(evidence)) {
                    Candidate candidate = Candidate.of(feature.uid(), feature.index(), evidence);
                    if (qualifies(candidate)) {
                        qualified.add(candidate);
                    }
                }
            }
        }
        return best(qualified);
    }

    /**
     * The candidates among probes of one arm kind, best first, by the same rule.
     *
     * @param set digest of the probe set
     */
    public List<Candidate> ofProbes(String set, Collection<Probe> probes, Predicate<Evidence> holds) {
        List<Candidate> qualified = new ArrayList<>();
        for (Probe probe : probes) {
            Evidence evidence = new Evidence(
                    probe.arm(), probe.armKind(), probe.screen(), probe.calibration(), null, null, probe.pooling());
            Candidate candidate = Candidate.of(FeatureUids.of(set, probe.index()), probe.index(), evidence);
            if (holds.test(evidence) && qualifies(candidate)) {
                qualified.add(candidate);
            }
        }
        return best(qualified);
    }

    /** The best of all, each feature once, best first. */
    public static List<Candidate> best(Collection<Candidate> candidates) {
        Map<Integer, Candidate> byFeature = new LinkedHashMap<>();
        candidates.stream().sorted(RANKING).forEach(candidate -> byFeature.putIfAbsent(candidate.index(), candidate));
        return byFeature.values().stream().limit(MOST).toList();
    }

    private boolean qualifies(Candidate candidate) {
        boolean quiet = candidate.okExceeding() == 0
                || candidate.okExceeding() <= maxFalsePositiveRate * candidate.okDocuments();
        return quiet && candidate.recall() >= LEAST_RECALL;
    }
}
