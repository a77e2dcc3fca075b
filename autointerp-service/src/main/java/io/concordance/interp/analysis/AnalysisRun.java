package io.concordance.interp.analysis;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.interp.captured.CapturedShard;
import io.concordance.interp.evidence.ArmTotals;
import io.concordance.interp.evidence.Coverage;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.interp.evidence.EvidencePass;
import io.concordance.interp.evidence.ShardSource;
import io.concordance.interp.feature.ExampleBlocks;
import io.concordance.interp.feature.LabelBlocks;
import io.concordance.interp.feature.LabelMeters;
import io.concordance.interp.feature.PostgresElicited;
import io.concordance.interp.feature.PostgresFeatures.NewFeature;
import io.concordance.interp.feature.PostgresShifts;
import io.concordance.interp.feature.ReportedFeature;
import io.concordance.interp.feature.Reporter;
import io.concordance.interp.label.Explainer;
import io.concordance.interp.label.LabelMaterial;
import io.concordance.interp.label.LabelMaterials;
import io.concordance.interp.label.Labelled;
import io.concordance.interp.label.Labelling;
import io.concordance.interp.label.TokenContrastExplainer;
import io.concordance.interp.label.TokenText;
import io.concordance.interp.logit.LogitEffects;
import io.concordance.interp.logit.LogitLens;
import io.concordance.interp.logit.Unembedding;
import io.concordance.interp.outcome.Attribution;
import io.concordance.interp.outcome.OutcomeScreen;
import io.concordance.interp.position.PositionAnalysis;
import io.concordance.interp.probe.ProbeReport;
import io.concordance.interp.vocabulary.Vocabularies;
import io.concordance.kit.loop.Loop;
import io.concordance.kit.store.StoredObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Carries one analysis from shards to stored evidence. A run that is cut short leaves nothing that another run would not
 * write again byte for byte.
 */
@ApplicationScoped
class AnalysisRun {
    private static final Logger LOG = Logger.getLogger(AnalysisRun.class);
    private static final long PROGRESS_NANOS = 250_000_000;

    private final AnalysisConfig config;
    private final PostgresAnalyses analyses;
    private final DictionaryFetch dictionaries;
    private final ShardCache shards;
    private final EvidenceStore evidences;
    private final Vocabularies vocabularies;
    private final ExampleBlocks examples;
    private final LabelBlocks material;
    private final Probing probing;
    private final PostgresShifts shifts;
    private final PostgresElicited elicited;
    private final LabelMeters meters;

    AnalysisRun(
            AnalysisConfig config,
            PostgresAnalyses analyses,
            DictionaryFetch dictionaries,
            ShardCache shards,
            EvidenceStore evidences,
            Vocabularies vocabularies,
            ExampleBlocks examples,
            LabelBlocks material,
            Probing probing,
            PostgresShifts shifts,
            PostgresElicited elicited,
            LabelMeters meters) {
        this.config = config;
        this.analyses = analyses;
        this.dictionaries = dictionaries;
        this.shards = shards;
        this.evidences = evidences;
        this.vocabularies = vocabularies;
        this.examples = examples;
        this.material = material;
        this.probing = probing;
        this.shifts = shifts;
        this.elicited = elicited;
        this.meters = meters;
    }

    /** A shard that comes from the object store through the cache. */
    private record Cached(CapturedShard shard, List<Cached> minus, ShardCache cache) implements ShardSource {
        @Override
        public String job() {
            return shard.job();
        }

        @Override
        public int slice() {
            return shard.slice();
        }

        @Override
        public String hook() {
            return shard.hook();
        }

        @Override
        public Path fetch() {
            Loop.cameRound();
            return cache.fetch(shard.object());
        }

        @Override
        public void done() {
            cache.release(shard.object());
        }
    }

    private Cached cached(CapturedShard shard, Readiness.Ready ready) {
        List<Cached> minus = ready.minus().getOrDefault(shard, List.of()).stream()
                .map(less -> new Cached(less, List.of(), shards))
                .toList();
        return new Cached(shard, minus, shards);
    }

    void run(AnalysisTask task, Readiness.Ready ready) throws InterruptedException {
        long start = System.nanoTime();
        Dictionary dictionary = dictionaries.fetch(task.objectPrefix(), task.dictionary());
        long epoch = evidences.claim(task.id());
        Evidence evidence = read(task, epoch, ready, dictionary);
        long read = System.nanoTime();
        TokenText text = vocabularies.of(
                task.model(),
                ready.onnxDigest(),
                ready.tokenizerDigest(),
                config.cacheDir().resolve("tokenizers"));
        Explainer explainer = new TokenContrastExplainer();
        List<@Nullable Labelled> labels = new Labelling(explainer, evidence, text).run();
        List<Attribution> attributions = new OutcomeScreen(dictionary, evidence).run();
        ProbeReport probes = probing.run(dictionary, evidence, sources(ready));
        Reporter reporter = new Reporter(
                new Reporter.Origin(task.id().toString(), task.run(), task.dictionary(), task.model(), task.hook()),
                dictionary,
                evidence,
                new PositionAnalysis(evidence).run(),
                explainer,
                labels,
                logits(task, ready, dictionary),
                shifts.of(task.dictionary()),
                elicited.of(task.dictionary()),
                text);
        List<Coverage> coverage =
                evidence.arms().stream().map(ArmTotals::coverage).toList();
        int fired = store(
                task, epoch, reporter, new LabelMaterials(evidence, text), labels, attributions, probes, coverage);
        LOG.infof(
                "analysis %s: %d shards, %d rows, %d of %d features fired; read in %.1f s, whole run %.1f s",
                task.id(),
                ready.shards().size(),
                evidence.rows(),
                fired,
                dictionary.features(),
                (read - start) / 1e9,
                (System.nanoTime() - start) / 1e9);
    }

    /** Null where nothing is known of how the hook point's directions reach the logits. */
    private @Nullable List<LogitEffects> logits(AnalysisTask task, Readiness.Ready ready, Dictionary dictionary) {
        StoredObject stored = ready.unembedding();
        if (stored == null || !Unembedding.reads(task.hook())) {
            return null;
        }
        Path file = shards.fetch(stored);
        try (Unembedding unembedding = Unembedding.open(file)) {
            return LogitLens.of(dictionary, unembedding);
        } finally {
            shards.release(stored);
        }
    }

    private Evidence read(AnalysisTask task, long epoch, Readiness.Ready ready, Dictionary dictionary)
            throws InterruptedException {
        int total = ready.shards().size();
        EvidenceOptions options = EvidenceOptions.defaults(config.seed());
        Evidence evidence = evidences.resume(task.id(), ready.shards(), options, dictionary.features());
        analyses.progress(task.id(), epoch, evidence.shards(), total);
        int threads = config.threads().orElse(Runtime.getRuntime().availableProcessors());
        long[] told = {System.nanoTime()};
        long[] saved = {System.nanoTime()};
        long between = TimeUnit.SECONDS.toNanos(config.evidenceSeconds());
        new EvidencePass(dictionary, options, threads, config.screening() == AnalysisConfig.Screening.AUTO)
                .extend(evidence, sources(ready), done -> {
                    Loop.cameRound();
                    if (done == total || System.nanoTime() - saved[0] >= between) {
                        evidences.save(task.id(), epoch, ready.shards(), evidence);
                        saved[0] = System.nanoTime();
                    } else if (System.nanoTime() - told[0] > PROGRESS_NANOS) {
                        told[0] = System.nanoTime();
                        analyses.progress(task.id(), epoch, done, total);
                    }
                });
        return evidence;
    }

    private List<Cached> sources(Readiness.Ready ready) {
        return ready.shards().stream().map(s -> cached(s, ready)).toList();
    }

    /** Findings from more shards than before are said anew. */
    private static String edition(AnalysisTask task) {
        return task.additions().isEmpty()
                ? ""
                : Integer.toString(task.additions().size());
    }

    private int store(
            AnalysisTask task,
            long epoch,
            Reporter reporter,
            LabelMaterials materials,
            List<@Nullable Labelled> labels,
            List<Attribution> attributions,
            ProbeReport probes,
            List<Coverage> coverage) {
        Map<Integer, List<Attribution>> byFeature =
                attributions.stream().collect(Collectors.groupingBy(Attribution::feature));
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Findings findings = new Findings(edition(task), now);
        List<NewFeature> rows = new ArrayList<>();
        int fired = 0;
        for (int first = 0; first < labels.size(); first += ExampleBlocks.FEATURES) {
            List<ReportedFeature> block = new ArrayList<>();
            List<LabelMaterial> shown = new ArrayList<>();
            for (int j = first; j < Math.min(labels.size(), first + ExampleBlocks.FEATURES); j++) {
                List<Attribution> own = byFeature.getOrDefault(j, List.of());
                ReportedFeature feature = reporter.report(j, own);
                findings.add(feature.report(), own);
                fired += feature.report().firings() > 0 ? 1 : 0;
                block.add(feature);
                Labelled labelled = labels.get(j);
                shown.add(materials.of(
                        j, labelled == null ? null : labelled.explanation().label()));
            }
            String key = examples.put(task.id().toString(), first / ExampleBlocks.FEATURES, block);
            String shownKey = material.put(task.id().toString(), first / ExampleBlocks.FEATURES, shown);
            block.forEach(f -> rows.add(new NewFeature(f.report(), f.summary(), key, shownKey)));
        }
        analyses.complete(
                task.id(),
                epoch,
                fired,
                rows,
                findings.events(),
                probes,
                ProbeFindings.of(task, probes, now),
                coverage);
        meters.stated(findings.events());
        return fired;
    }
}
