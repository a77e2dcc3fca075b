package io.concordance.registry.study;

import io.concordance.contracts.event.FeatureAttributed.Ablation;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.registry.concern.Concern;
import io.concordance.registry.concern.Proposal;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.study.DictionaryStage.Trained;
import io.concordance.registry.study.EvidenceStage.Gathered;
import io.concordance.registry.study.peer.Probes;
import io.concordance.registry.study.peer.Probes.Probe;
import io.concordance.registry.study.strategy.Candidate;
import io.concordance.registry.study.strategy.CandidateRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Finds the candidates of every strategy and proposes the best of them all. Reads nothing of the evaluation job. */
final class CandidatesStage implements StageWork {
    private static final double HIGH_RECALL = 0.9;

    private final FeatureRepository features;
    private final Concerns concerns;
    private final Predicate<Evidence> holds;

    /** @param holds whether one arm's evidence, taken alone, is association with a bad outcome */
    CandidatesStage(FeatureRepository features, Concerns concerns, Predicate<Evidence> holds) {
        this.features = features;
        this.concerns = concerns;
        this.holds = holds;
    }

    /**
     * Who was found.
     *
     * @param strategies candidates by arm kind, best first, every kind of the study in its order
     * @param proposed the best of all, best first; features alone, as probes are proposed by people
     * @param probes candidates among linear probes by arm kind, likewise
     * @param control candidates among random directions, by the same rule
     */
    record Found(
            Map<String, List<Candidate>> strategies,
            List<Candidate> proposed,
            Map<String, List<Candidate>> probes,
            List<Candidate> control) {}

    @Override
    public StageName name() {
        return StageName.CANDIDATES;
    }

    @Override
    public boolean local() {
        return true;
    }

    @Override
    public StageResult attempt(StudyRun run, ProgressSink progress) {
        List<Feature> all = KnownFeatures.of(
                features, run.result(StageName.DICTIONARY, Trained.class).dictionary());
        CandidateRule rule = new CandidateRule(run.order().study().evaluate().maxFalsePositiveRate());
        Map<String, List<Candidate>> strategies = new LinkedHashMap<>();
        for (String kind : run.order().armKinds()) {
            strategies.put(kind, rule.ofKind(kind, all, holds));
        }
        Probes found = run.result(StageName.EVIDENCE, Gathered.class).probes();
        Map<String, List<Candidate>> probes = new LinkedHashMap<>();
        for (String kind : run.order().armKinds()) {
            probes.put(
                    kind,
                    probes(
                            rule,
                            found,
                            probe -> !probe.control() && probe.armKind().equals(kind)));
        }
        List<Candidate> best = CandidateRule.best(
                strategies.values().stream().flatMap(List::stream).toList());
        for (Candidate candidate : best) {
            propose(run, candidate);
        }
        return StageResult.completed(
                best.size(),
                "candidates",
                best.isEmpty() ? "no feature qualifies" : null,
                new Found(strategies, best, probes, probes(rule, found, Probe::control)));
    }

    private List<Candidate> probes(CandidateRule rule, Probes found, Predicate<Probe> which) {
        return found.dictionary() == null
                ? List.of()
                : rule.ofProbes(
                        found.dictionary(),
                        found.probes().stream().filter(which).toList(),
                        holds);
    }

    private void propose(StudyRun run, Candidate candidate) {
        Optional<Concern> earlier = concerns.find(candidate.featureUid());
        if (earlier.isPresent() && earlier.get().state() != ReviewState.REJECTED) {
            return;
        }
        String by = "study " + run.order().study().name() + " (automatic)";
        concerns.propose(
                candidate.featureUid(), new Proposal(level(candidate), reason(candidate), by, candidate.armKind()));
    }

    private static ConcernLevel level(Candidate candidate) {
        return candidate.recall() >= HIGH_RECALL && candidate.okExceeding() == 0
                ? ConcernLevel.HIGH
                : ConcernLevel.MEDIUM;
    }

    /** The evidence in one sentence. */
    static String reason(Candidate candidate) {
        String screened = String.format(
                Locale.ROOT,
                "Exceeds %.4g on %d of %d bad and %d of %d ok calibration documents of arm %s (%s);"
                        + " screening AUROC %.3f.",
                candidate.threshold(),
                candidate.badExceeding(),
                candidate.badDocuments(),
                candidate.okExceeding(),
                candidate.okDocuments(),
                candidate.arm(),
                candidate.armKind(),
                candidate.auroc());
        Ablation ablation = candidate.ablation();
        return ablation == null
                ? screened
                : String.format(
                        Locale.ROOT,
                        "%s Removing %s from %d fresh bad prompts takes %.3g (95 %% %.3g to %.3g) from the action's"
                                + " log-probability.",
                        screened,
                        ablation.features().size() == 1 ? "it" : "features " + ablation.features(),
                        ablation.transcripts(),
                        ablation.effect(),
                        ablation.low(),
                        ablation.high());
    }
}
