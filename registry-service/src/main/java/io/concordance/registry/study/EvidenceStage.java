package io.concordance.registry.study;

import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.study.DictionaryStage.Trained;
import io.concordance.registry.study.peer.Analysis;
import io.concordance.registry.study.peer.Peers;
import java.util.Optional;

/** Waits for autointerp's analysis of the dictionary, and then for what it stated to have arrived in this service. */
final class EvidenceStage implements StageWork {
    private final Peers peers;
    private final FeatureRepository features;

    EvidenceStage(Peers peers, FeatureRepository features) {
        this.peers = peers;
        this.features = features;
    }

    /** @param features features that the analysis stated something about */
    record Gathered(String analysis, int features) {}

    @Override
    public StageName name() {
        return StageName.EVIDENCE;
    }

    @Override
    public StageResult attempt(StudyRun run, ProgressSink progress) {
        String dictionary = run.result(StageName.DICTIONARY, Trained.class).dictionary();
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
        FeatureRepository.Counts counts = features.counts(dictionary);
        int expected = analysis.features();
        int arrived = Math.min(counts.explained(), counts.attributed());
        if (arrived < expected) {
            return StageResult.waiting(arrived, expected, "features", "evidence is on its way");
        }
        return StageResult.completed(
                expected,
                "features",
                counts.associated() + " associated with a bad outcome",
                new Gathered(analysis.id(), expected));
    }
}
