package io.concordance.registry.study;

import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.study.DictionaryStage.Trained;
import io.concordance.registry.study.peer.Analysis;
import io.concordance.registry.study.peer.Peers;
import io.concordance.registry.study.peer.Probes;
import java.util.List;
import java.util.Optional;

/** Waits for autointerp's analysis, and then for all that trainer and it stated to have arrived in this service. */
final class EvidenceStage implements StageWork {
    private static final String UNIT = "statements";

    private final Peers peers;
    private final FeatureRepository features;

    EvidenceStage(Peers peers, FeatureRepository features) {
        this.peers = peers;
        this.features = features;
    }

    /** Statements about a dictionary's features that have arrived. */
    record Arrived(long announced, long explained, long attributed) {
        static Arrived of(List<Feature> known) {
            return new Arrived(
                    known.stream().filter(feature -> feature.origin() != null).count(),
                    known.stream()
                            .filter(feature -> feature.explanation() != null)
                            .count(),
                    known.stream()
                            .mapToLong(feature -> feature.evidence().size())
                            .sum());
        }

        /** Whether these are all that a run and the analysis of its dictionary made. */
        boolean all(int features, Analysis analysis) {
            return announced >= features && explained >= analysis.features() && attributed >= analysis.attributions();
        }

        long sum() {
            return announced + explained + attributed;
        }
    }

    /** Which analysis, how much it stated, and its linear probes. */
    record Gathered(String analysis, int features, int attributions, Probes probes) {}

    @Override
    public StageName name() {
        return StageName.EVIDENCE;
    }

    @Override
    public StageResult attempt(StudyRun run, ProgressSink progress) {
        Trained trained = run.result(StageName.DICTIONARY, Trained.class);
        String dictionary = trained.dictionary();
        Optional<Analysis> found = peers.analysis(dictionary);
        if (found.isEmpty()) {
            return StageResult.waiting(0, 0, "shards", "the analysis has not begun");
        }
        Analysis analysis = found.get();
        if (analysis.failed()) {
            String problem = analysis.problem();
            throw new StudyFailure(
                    "analysis " + analysis.id() + " is failed" + (problem == null ? "" : ": " + problem));
        }
        if (!analysis.completed()) {
            return StageResult.waiting(analysis.shardsDone(), analysis.shardsTotal(), "shards", null);
        }
        List<Feature> known = KnownFeatures.of(features, dictionary);
        Arrived statements = Arrived.of(known);
        int expected = trained.features() + analysis.features() + analysis.attributions();
        if (!statements.all(trained.features(), analysis)) {
            return StageResult.waiting(statements.sum(), expected, UNIT, "evidence is on its way");
        }
        Probes probes = peers.probes(analysis.id());
        long arrived = probes.dictionary() == null ? 0 : arrived(probes.dictionary());
        if (arrived < probes.announced()) {
            return StageResult.waiting(arrived, probes.announced(), "probes", "evidence is on its way");
        }
        long associated =
                known.stream().filter(feature -> feature.grade() != Grade.E0).count();
        return StageResult.completed(
                expected,
                UNIT,
                associated + " features associated with a bad outcome",
                new Gathered(analysis.id(), analysis.features(), analysis.attributions(), probes));
    }

    /** Probes that could be proposed. */
    private long arrived(String set) {
        return KnownFeatures.of(features, set).stream()
                .filter(probe -> probe.origin() != null
                        && probe.explanation() != null
                        && !probe.evidence().isEmpty())
                .count();
    }
}
