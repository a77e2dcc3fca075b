package io.concordance.registry.study;

import io.concordance.registry.concern.ConcernService;
import io.concordance.registry.feature.CausalEvidence;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.Grading;
import io.concordance.registry.release.ReleaseService;
import io.concordance.registry.study.peer.Peers;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;

/** The stages with what they need from the rest of the service. */
@ApplicationScoped
class StudyStages {
    private final StudyRepository studies;
    private final Peers peers;
    private final FeatureRepository features;
    private final ConcernService concerns;
    private final ReleaseService releases;
    private final EvaluationShards shards;
    private final LearningShards learning;
    private final StudyObjects objects;
    private final ChannelWatch watch;
    private final CausalEvidence causal;
    private final Clock clock;

    StudyStages(
            StudyRepository studies,
            Peers peers,
            FeatureRepository features,
            ConcernService concerns,
            ReleaseService releases,
            EvaluationShards shards,
            LearningShards learning,
            StudyObjects objects,
            ChannelWatch watch,
            CausalEvidence causal,
            Clock clock) {
        this.studies = studies;
        this.peers = peers;
        this.features = features;
        this.concerns = concerns;
        this.releases = releases;
        this.shards = shards;
        this.learning = learning;
        this.objects = objects;
        this.watch = watch;
        this.causal = causal;
        this.clock = clock;
    }

    StudyProcess process() {
        Concerns review = Concerns.of(concerns);
        List<StageWork> stages = List.of(
                new SearchStage(peers, objects),
                new CaptureStage(peers, objects),
                new DictionaryStage(peers, objects),
                new EvidenceStage(peers, features),
                new TwinsStage(peers, features),
                new ConfirmStage(
                        peers, features, objects, new ConfirmStatements(features, causal, clock), Grading::associates),
                new CandidatesStage(features, review, Grading::associates),
                new ReviewStage(review),
                new ReleaseStage(releases::publish),
                new MonitorStage(peers, shards, learning, objects, watch),
                new ReportStage(features, review));
        return new StudyProcess(studies, stages, clock);
    }
}
