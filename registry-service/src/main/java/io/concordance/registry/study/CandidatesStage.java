package io.concordance.registry.study;

import io.concordance.contracts.event.FeatureAttributed.Ablation;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.study.ArmKind;
import io.concordance.registry.concern.Concern;
import io.concordance.registry.concern.Proposal;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.study.DictionaryStage.Trained;
import io.concordance.registry.study.EvidenceStage.Gathered;
import io.concordance.registry.study.TwinsStage.Twin;
import io.concordance.registry.study.TwinsStage.Twins;
import io.concordance.registry.study.peer.Probes;
import io.concordance.registry.study.peer.Probes.Probe;
import io.concordance.registry.study.strategy.Candidate;
import io.concordance.registry.study.strategy.CandidateRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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
     * @param proposed the best features of all, best first, then the best probe of every kind without a feature
     * @param probes candidates among linear probes by arm kind, likewise
     * @param control candidates among random directions, by the same rule
     * @param twins candidates of dictionaries beside the study's own, by row, likewise
     */
    record Found(
            Map<String, List<Candidate>> strategies,
            List<Candidate> proposed,
            Map<String, List<Candidate>> probes,
            List<Candidate> control,
            @Nullable Map<String, List<Candidate>> twins) {

        Map<String, List<Candidate>> ofTwins() {
            return twins == null ? Map.of() : twins;
        }
    }

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
            propose(run, candidate, level(candidate, strategies));
        }
        List<Candidate> proposed = new ArrayList<>(best);
        for (Candidate probe : probesWithoutFeatures(strategies, probes)) {
            propose(run, probe, level(probe, probes));
            proposed.add(probe);
        }
        return StageResult.completed(
                proposed.size(),
                "candidates",
                note(best.size(), proposed.size()),
                new Found(strategies, proposed, probes, probes(rule, found, Probe::control), twins(run, rule)));
    }

    /** Of all arms that a dictionary reads: it is the dictionary that is another source of candidates. */
    private Map<String, List<Candidate>> twins(StudyRun run, CandidateRule rule) {
        Map<String, List<Candidate>> twins = new LinkedHashMap<>();
        for (Twin twin : run.result(StageName.TWINS, Twins.class).all()) {
            List<Feature> known = KnownFeatures.of(features, Objects.requireNonNull(twin.dictionary()));
            twins.put(
                    twin.row(),
                    CandidateRule.best(run.order().armKinds().stream()
                            .flatMap(kind -> rule.ofKind(kind, known, holds).stream())
                            .toList()));
        }
        return twins;
    }

    /** The best probe of every kind in which no feature qualifies. */
    private static List<Candidate> probesWithoutFeatures(
            Map<String, List<Candidate>> strategies, Map<String, List<Candidate>> probes) {
        return CandidateRule.best(strategies.entrySet().stream()
                .filter(kind -> kind.getValue().isEmpty())
                .flatMap(kind ->
                        probes.getOrDefault(kind.getKey(), List.of()).stream().limit(1))
                .toList());
    }

    private static @Nullable String note(int features, int all) {
        if (all == 0) {
            return "neither feature nor probe qualifies";
        }
        return all == features
                ? null
                : (features == 0 ? "no feature qualifies" : features + " features") + ", " + (all - features)
                        + " linear probes";
    }

    private List<Candidate> probes(CandidateRule rule, Probes found, Predicate<Probe> which) {
        return found.dictionary() == null
                ? List.of()
                : rule.ofProbes(
                        found.dictionary(),
                        found.probes().stream().filter(which).toList(),
                        holds);
    }

    private void propose(StudyRun run, Candidate candidate, ConcernLevel level) {
        Optional<Concern> earlier = concerns.find(candidate.featureUid());
        if (earlier.isPresent() && earlier.get().state() != ReviewState.REJECTED) {
            return;
        }
        String by = "study " + run.order().study().name() + " (automatic)";
        concerns.propose(candidate.featureUid(), new Proposal(level, reason(candidate), by, candidate.armKind()));
    }

    /** What role-play alone nominates is of medium concern, however well it separates. */
    private static ConcernLevel level(Candidate best, Map<String, List<Candidate>> strategies) {
        return strategies.values().stream()
                        .flatMap(List::stream)
                        .filter(candidate -> candidate.featureUid().equals(best.featureUid()))
                        .anyMatch(CandidatesStage::high)
                ? ConcernLevel.HIGH
                : ConcernLevel.MEDIUM;
    }

    private static boolean high(Candidate candidate) {
        return !candidate.armKind().equals(ArmKind.ROLE_PLAY.wireName())
                && candidate.recall() >= HIGH_RECALL
                && candidate.okExceeding() == 0;
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
