package io.concordance.registry.release;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleaseTensors;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import io.concordance.registry.concern.Concern;
import io.concordance.registry.concern.Ranking;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Explanation;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.Feature.Origin;
import io.concordance.registry.feature.Grading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a release will say, from approved features: pure, so that the same features, version and time make the same bytes.
 *
 * @param entries approved features of one dictionary, by index
 * @param origin where they all come from
 */
record ReleaseDraft(List<Entry> entries, Origin origin, String dictionaryDigest) {
    private static final String ARITHMETIC = "fp32";

    /** A feature with the approval that lets it in. */
    record Entry(Feature feature, Concern concern) {

        /**
         * The activation that a token must exceed: the calibrated one of the evidence that was approved, from the strategy
         * it was proposed for where that one associates, but never below the dictionary's own.
         */
        float threshold(Dictionary dictionary) {
            List<Evidence> evidence = concern.evidence();
            double calibrated = Ranking.best(evidence, concern.strategy())
                    .or(() -> Ranking.best(evidence, null))
                    .or(() -> evidence.stream()
                            .max(Comparator.comparingDouble(e -> e.calibration().threshold())))
                    .orElseThrow()
                    .calibration()
                    .threshold();
            float own = dictionary.threshold()[feature.index()];
            return Math.max(own, (float) calibrated);
        }
    }

    /**
     * Checks that the features fit together.
     *
     * @throws FieldProblem when one is of another dictionary than the first, or not announced by its dictionary yet
     */
    static ReleaseDraft of(List<Entry> given) {
        String dictionary = given.getFirst().feature().dictionary();
        @Nullable Origin origin = null;
        for (int i = 0; i < given.size(); i++) {
            Feature feature = given.get(i).feature();
            String field = "features[" + i + "]";
            if (!feature.dictionary().equals(dictionary)) {
                throw new FieldProblem(field, feature.uid(), "a feature of the first one's dictionary, " + dictionary);
            }
            origin = feature.origin();
            if (origin == null) {
                throw new FieldProblem(field, feature.uid(), "a feature that its dictionary has announced");
            }
        }
        List<Entry> byIndex = given.stream()
                .sorted(Comparator.comparingInt(entry -> entry.feature().index()))
                .toList();
        return new ReleaseDraft(byIndex, java.util.Objects.requireNonNull(origin), dictionary);
    }

    /** The features' part of the dictionary, with golden vectors from the seed. */
    ReleaseTensors tensors(Dictionary dictionary, long seed) {
        int n = entries.size();
        int d = dictionary.width();
        float[] encoder = new float[n * d];
        float[] bias = new float[n];
        float[] threshold = new float[n];
        for (int j = 0; j < n; j++) {
            int index = entries.get(j).feature().index();
            System.arraycopy(dictionary.encoder(), index * d, encoder, j * d, d);
            bias[j] = dictionary.encoderBias()[index];
            threshold[j] = entries.get(j).threshold(dictionary);
        }
        return ReleaseTensors.of(encoder, bias, dictionary.decoderBias(), threshold, seed);
    }

    ReleaseManifest manifest(
            ReleaseTensors tensors,
            byte[] tensorBytes,
            ReleaseManifest.Model model,
            long version,
            @Nullable String supersedes,
            Instant createdAt,
            Duration lifetime) {
        List<ReleasedFeature> features = new ArrayList<>();
        for (int j = 0; j < entries.size(); j++) {
            features.add(released(entries.get(j), tensors.threshold()[j]));
        }
        return new ReleaseManifest(
                ReleaseManifest.FORMAT,
                version,
                supersedes,
                model,
                origin.hook(),
                tensors.width(),
                ARITHMETIC,
                dictionaryDigest,
                features,
                rules(features),
                Digests.sha256(tensorBytes),
                createdAt,
                createdAt.plus(lifetime),
                false);
    }

    /** One any-of rule a level. */
    private static List<Rule> rules(List<ReleasedFeature> features) {
        List<Rule> rules = new ArrayList<>();
        for (ConcernLevel level : ConcernLevel.values()) {
            List<String> uids = features.stream()
                    .filter(feature -> feature.level() == level)
                    .map(ReleasedFeature::uid)
                    .toList();
            if (!uids.isEmpty()) {
                rules.add(Rule.anyOf(ruleOf(level), level, uids));
            }
        }
        return rules;
    }

    private static String ruleOf(ConcernLevel level) {
        return "any-" + level.wire();
    }

    private static ReleasedFeature released(Entry entry, float threshold) {
        Feature feature = entry.feature();
        Explanation explanation = feature.explanation();
        ConcernLevel level = entry.concern().level();
        return new ReleasedFeature(
                feature.uid(),
                feature.index(),
                explanation == null ? null : explanation.label(),
                level,
                Grading.grade(entry.concern().evidence()).name(),
                ruleOf(level),
                threshold,
                entry.concern().evidence().stream().map(ReleaseDraft::summary).toList());
    }

    private static ReleasedFeature.Evidence summary(Evidence evidence) {
        double auroc = evidence.screen().auroc();
        return new ReleasedFeature.Evidence(
                evidence.arm(),
                evidence.armKind(),
                evidence.calibration().threshold(),
                ReleasedFeature.Rate.of(evidence.recall()),
                ReleasedFeature.Rate.of(evidence.falsePositiveRate()),
                Double.isFinite(auroc)
                        ? new ReleasedFeature.Bounded(
                                auroc,
                                evidence.screen().aurocLow(),
                                evidence.screen().aurocHigh())
                        : null);
    }
}
