package io.concordance.interp.analysis;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.captured.PostgresCaptured;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.interp.vocabulary.Tokenizer;
import io.concordance.interp.vocabulary.Vocabularies;
import io.concordance.kit.store.StoredObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Brings back what completed analyses worked with, for who asks more of the same dictionary. */
@ApplicationScoped
public class Recall {
    private final AnalysisConfig config;
    private final PostgresAnalyses analyses;
    private final PostgresCaptured captured;
    private final DictionaryFetch dictionaries;
    private final EvidenceStore evidences;
    private final Vocabularies vocabularies;
    private final ShardCache cache;

    Recall(
            AnalysisConfig config,
            PostgresAnalyses analyses,
            PostgresCaptured captured,
            DictionaryFetch dictionaries,
            EvidenceStore evidences,
            Vocabularies vocabularies,
            ShardCache cache) {
        this.config = config;
        this.analyses = analyses;
        this.captured = captured;
        this.dictionaries = dictionaries;
        this.evidences = evidences;
        this.vocabularies = vocabularies;
        this.cache = cache;
    }

    /**
     * Which dictionary of which model an analysis is of.
     *
     * @param differences whether the dictionary reads differences of two captures
     */
    public record Subject(
            UUID analysis, String dictionary, String model, String hook, boolean differences, boolean completed) {}

    public Optional<Subject> subject(UUID analysis) {
        return analyses.task(analysis)
                .map(task -> new Subject(
                        analysis,
                        task.dictionary(),
                        task.model(),
                        task.hook(),
                        task.minus() != null,
                        analyses.find(analysis)
                                .filter(a -> a.state() == Analysis.State.COMPLETED)
                                .isPresent()));
    }

    /** Does the work unless an analysis or other work of this kind is at the same dictionary. */
    public boolean exclusively(UUID analysis, Runnable work) {
        return analyses.exclusively(analysis, work);
    }

    public Dictionary dictionary(UUID analysis) {
        AnalysisTask task = task(analysis);
        return dictionaries.fetch(task.objectPrefix(), task.dictionary());
    }

    /** What a completed analysis gathered; empty when its shards are no longer known. */
    public Evidence evidence(UUID analysis, int features) {
        AnalysisTask task = task(analysis);
        EvidenceOptions options = EvidenceOptions.defaults(config.seed());
        return Readiness.of(task, captured) instanceof Readiness.Ready ready
                ? evidences.resume(analysis, ready.shards(), options, features)
                : new Evidence(options, features, config.cacheDir());
    }

    /** @throws FieldProblem when the model's tokenizer is not known */
    public Tokenizer tokenizer(UUID analysis) {
        AnalysisTask task = task(analysis);
        if (Readiness.of(task, captured) instanceof Readiness.Ready ready
                && vocabularies.of(
                                task.model(),
                                ready.onnxDigest(),
                                ready.tokenizerDigest(),
                                config.cacheDir().resolve("tokenizers"))
                        instanceof Tokenizer tokenizer) {
            return tokenizer;
        }
        throw new FieldProblem("tokenizer", "none", "the tokenizer of model " + task.model());
    }

    /** Seed of everything that is drawn. */
    public long seed() {
        return config.seed();
    }

    /** Reads a shard or another object from a local copy. */
    public void read(StoredObject object, Consumer<Path> reader) {
        try {
            reader.accept(cache.fetch(object));
        } finally {
            cache.release(object);
        }
    }

    private AnalysisTask task(UUID analysis) {
        return analyses.task(analysis).orElseThrow();
    }
}
