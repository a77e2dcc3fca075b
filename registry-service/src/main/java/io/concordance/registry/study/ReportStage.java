package io.concordance.registry.study;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.study.StudyReport;
import io.concordance.contracts.study.StudyReport.DictionaryResult;
import io.concordance.contracts.study.StudyReport.FeatureResult;
import io.concordance.contracts.study.StudyReport.ReleaseResult;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.registry.concern.Concern;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.study.CandidatesStage.Found;
import io.concordance.registry.study.DictionaryStage.Trained;
import io.concordance.registry.study.MonitorStage.Watched;
import io.concordance.registry.study.ReleaseStage.Published;
import io.concordance.registry.study.peer.DictionaryRun.Metrics;
import io.concordance.registry.study.strategy.Candidate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the report from what the stages kept; apart from timings it is a function of that. */
final class ReportStage implements StageWork {
    private final FeatureRepository features;
    private final Concerns concerns;

    ReportStage(FeatureRepository features, Concerns concerns) {
        this.features = features;
        this.concerns = concerns;
    }

    @Override
    public StageName name() {
        return StageName.REPORT;
    }

    @Override
    public boolean local() {
        return true;
    }

    @Override
    public StageResult attempt(StudyRun run, ProgressSink progress) {
        return StageResult.completed(1, "report", null, report(run));
    }

    private StudyReport report(StudyRun run) {
        Watched watched = run.result(StageName.MONITOR, Watched.class);
        Published published = run.result(StageName.RELEASE, Published.class);
        Long version = published.version();
        String digest = published.digest();
        List<FeatureResult> found = proposed(run.result(StageName.CANDIDATES, Found.class));
        return new StudyReport(
                run.order().study().name(),
                run.order().study().model().name(),
                dictionary(run.result(StageName.DICTIONARY, Trained.class)),
                found,
                watched.strategies(),
                version == null || digest == null ? null : new ReleaseResult(version, digest),
                watched.monitor(),
                timings(run),
                watched.coverage(),
                TripleStatus.of(run.order().study().scenario(), found, ofArms(run, watched.strategies())));
    }

    /** Rows that what was proposed comes from. */
    private static List<StrategyResult> ofArms(StudyRun run, List<StrategyResult> strategies) {
        List<String> kinds = run.order().armKinds();
        return strategies.stream().filter(row -> kinds.contains(row.arm())).toList();
    }

    private static DictionaryResult dictionary(Trained trained) {
        Metrics metrics = trained.metrics();
        if (metrics == null) {
            throw new StudyFailure("dictionary run " + trained.run() + " completed without metrics");
        }
        return new DictionaryResult(
                metrics.fvu(), metrics.l0(), metrics.alive(), trained.tokens(), trained.dictionary());
    }

    private List<FeatureResult> proposed(Found found) {
        List<FeatureResult> results = new ArrayList<>();
        for (Candidate candidate : found.proposed()) {
            Feature feature = features.find(candidate.featureUid()).orElseThrow();
            Concern concern = concerns.find(candidate.featureUid()).orElseThrow();
            JsonNode evidence = Json.mapper().valueToTree(concern.evidence());
            results.add(new FeatureResult(
                    feature.uid(),
                    feature.index(),
                    concern.level().wire(),
                    concern.grade().name(),
                    feature.explanation() == null ? "" : feature.explanation().label(),
                    evidence));
        }
        return results;
    }

    /** Seconds by stage, and from submission to the last finished stage as {@code total}. */
    private static Map<String, Double> timings(StudyRun run) {
        Map<String, Double> timings = new LinkedHashMap<>();
        Instant last = run.createdAt();
        for (StageName name : StageName.values()) {
            Instant started = run.step(name).stage().startedAt();
            Instant finished = run.step(name).stage().finishedAt();
            if (started != null && finished != null) {
                timings.put(name.wireName(), seconds(started, finished));
                last = finished.isAfter(last) ? finished : last;
            }
        }
        timings.put("total", seconds(run.createdAt(), last));
        return timings;
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1000d;
    }
}
