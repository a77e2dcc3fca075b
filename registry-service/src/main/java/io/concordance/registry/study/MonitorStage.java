package io.concordance.registry.study;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.study.StudyReport.Coverage;
import io.concordance.contracts.study.StudyReport.MonitorResult;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.registry.study.CandidatesStage.Found;
import io.concordance.registry.study.CaptureStage.Jobs;
import io.concordance.registry.study.DictionaryStage.Trained;
import io.concordance.registry.study.EvaluationShards.Located;
import io.concordance.registry.study.EvidenceStage.Gathered;
import io.concordance.registry.study.ReleaseStage.Published;
import io.concordance.registry.study.peer.Peers;
import io.concordance.registry.study.peer.Probes;
import io.concordance.registry.study.strategy.Candidate;
import io.concordance.registry.study.strategy.CoverageReader;
import io.concordance.registry.study.strategy.MaximaReader;
import io.concordance.registry.study.strategy.StrategyEvaluation;
import io.concordance.registry.study.strategy.StrategyTable;
import io.concordance.registry.study.strategy.Transfers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Opens the evaluation shards, for the first and only time: a monitor armed over HTTP sees every transcript, and every
 * strategy's candidates are judged on the same rows. Nothing of it flows back.
 */
final class MonitorStage implements StageWork {
    private static final String UNIT = "transcripts";

    private final Peers peers;
    private static final String DEPLOYMENT = "deployment";

    private final EvaluationShards shards;
    private final LearningShards learning;
    private final StudyObjects objects;
    private final Watch.Source watches;
    private final SteeredCandidates steered;

    MonitorStage(
            Peers peers, EvaluationShards shards, LearningShards learning, StudyObjects objects, Watch.Source watches) {
        this.peers = peers;
        this.learning = learning;
        this.shards = shards;
        this.objects = objects;
        this.watches = watches;
        this.steered = new SteeredCandidates(learning, objects);
    }

    /** What the evaluation transcripts showed. */
    record Watched(
            MonitorResult monitor,
            List<StrategyResult> strategies,
            @Nullable List<Coverage> coverage) {}

    @Override
    public StageName name() {
        return StageName.MONITOR;
    }

    @Override
    public StageResult attempt(StudyRun run, ProgressSink progress) {
        Jobs jobs = run.result(StageName.CAPTURE, Jobs.class);
        List<Located> located = shards.of(jobs.evaluation(), jobs.hook());
        if (!EvaluationShards.complete(located)) {
            int slices = located.isEmpty() ? 0 : located.getFirst().slices();
            int known = (int) located.stream().map(Located::slice).distinct().count();
            return StageResult.waiting(known, slices, "slices", "evaluation shards are on their way");
        }
        if (!jobs.learning().stream().allMatch(job -> learning.complete(job, jobs.hook())) || !steered.ready(jobs)) {
            return StageResult.waiting(0, located.size(), "shards", "learning shards are on their way");
        }
        TwinRows twins = TwinRows.of(run, jobs, shards, objects);
        if (twins == null) {
            return StageResult.waiting(0, located.size(), "shards", "shards of the base model are on their way");
        }
        Found found = run.result(StageName.CANDIDATES, Found.class);
        List<Candidate> features = columns(found.strategies().values());
        List<Candidate> directions = columns(Stream.concat(found.probes().values().stream(), Stream.of(found.control()))
                .toList());
        Probes probes = run.result(StageName.EVIDENCE, Gathered.class).probes();
        Dictionary dictionary = objects.dictionary(
                run.result(StageName.DICTIONARY, Trained.class).dictionary());
        Published published = run.result(StageName.RELEASE, Published.class);
        @Nullable Watch armed = published.digest() == null ? null : watches.arm(run.id(), published.digest());
        Sessions sessions = new Sessions(
                armed,
                new MaximaReader(dictionary, features),
                directions.isEmpty() || probes.dictionary() == null
                        ? null
                        : new MaximaReader(objects.dictionary(probes.dictionary()), directions));
        CoverageReader coverage = new CoverageReader(dictionary);
        for (String job : jobs.learning()) {
            for (LearningShards.OfArm shard : learning.first(job, jobs.hook())) {
                objects.open(shard, rows -> coverage.read(shard.arm(), rows));
            }
        }
        for (int i = 0; i < located.size(); i++) {
            int place = i;
            objects.open(located.get(i), shard -> {
                sessions.read(shard);
                twins.read(place, shard);
                coverage.read(DEPLOYMENT, shard);
            });
            progress.progress(i + 1, located.size(), "shards");
        }
        if (armed != null) {
            report(run, armed, sessions);
        }
        Map<String, String> families = objects.families(
                run.order().transcriptDigest(run.order().study().evaluate().transcripts()));
        Transfers transfers = new Transfers(run.order().study().evaluate().maxFalsePositiveRate());
        StrategyTable table = new StrategyTable(
                new StrategyEvaluation(features, sessions.maxima(), families),
                new StrategyEvaluation(
                        directions, directions.isEmpty() ? sessions.maxima() : sessions.probeMaxima(), families),
                transfers,
                probes.arms(),
                dictionary.features());
        List<StrategyResult> strategies = new ArrayList<>();
        for (String kind : run.order().armKinds()) {
            List<Candidate> nominated = found.strategies().getOrDefault(kind, List.of());
            StrategyResult row = table.row(kind, nominated, found.probes().getOrDefault(kind, List.of()));
            boolean steers = run.order().steeredArms().stream()
                    .anyMatch(arm -> arm.kind().equals(kind));
            strategies.add(steers ? row.with(steered.of(run.order(), jobs, dictionary, nominated)) : row);
        }
        strategies.addAll(twins.results(transfers, families));
        strategies.add(table.control(found.control()));
        MonitorResult result = sessions.result();
        String note = armed == null ? "no release to watch for" : result.fires() + " fired";
        return StageResult.completed(
                sessions.maxima().size(), UNIT, note, new Watched(result, strategies, coverage.coverage()));
    }

    /** Everything that any strategy nominates, each row once, by index. */
    private static List<Candidate> columns(Collection<List<Candidate>> strategies) {
        Map<Integer, Candidate> byIndex = new TreeMap<>();
        strategies.stream().flatMap(List::stream).forEach(candidate -> byIndex.put(candidate.index(), candidate));
        return List.copyOf(byIndex.values());
    }

    private void report(StudyRun run, Watch armed, Sessions sessions) {
        MonitorResult result = sessions.result();
        Map<String, Long> firesByRule = sessions.firesByRule();
        String monitor = "study-" + run.id();
        peers.report(
                new SightingReported(
                        monitor,
                        armed.digest(),
                        result.sessions(),
                        result.fires(),
                        firesByRule,
                        null,
                        SightingReported.EVALUATION),
                run.key("sighting"));
    }
}
