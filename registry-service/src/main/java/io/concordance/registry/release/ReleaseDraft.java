package io.concordance.registry.release;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.Condition;
import io.concordance.contracts.release.Pooling;
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
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a release will say, from approved features: pure, so that the same features, version and time make the same bytes.
 *
 * @param entries approved features of one dictionary, by index, then probes by their sets and indices
 * @param origin where they all come from
 * @param rules when a monitor fires
 */
record ReleaseDraft(List<Entry> entries, Origin origin, String dictionaryDigest, List<Rule> rules) {
    private static final String ARITHMETIC = "fp32";

    /** A feature with the approval that lets it in. */
    record Entry(Feature feature, Concern concern) {

        /** Whether it is a linear probe: one that says how its values are pooled. */
        boolean isProbe() {
            return !concern.evidence().isEmpty()
                    && concern.evidence().stream().allMatch(evidence -> evidence.pooling() != null);
        }

        /** How the values are pooled that its threshold is for. */
        Pooling pooling() {
            Pooling pooling = chosen().pooling();
            return pooling == null ? Pooling.PEAK : pooling;
        }

        /**
         * The activation that a token must exceed: the calibrated one of the evidence that was approved, from the strategy
         * it was proposed for where that one associates, but never below the dictionary's own.
         */
        float threshold(Dictionary dictionary) {
            float own = dictionary.threshold()[feature.index()];
            return Math.max(own, (float) chosen().calibration().threshold());
        }

        private Evidence chosen() {
            List<Evidence> evidence = concern.evidence();
            return Ranking.best(evidence, concern.strategy())
                    .or(() -> Ranking.best(evidence, null))
                    .or(() -> evidence.stream()
                            .max(Comparator.comparingDouble(e -> e.calibration().threshold())))
                    .orElseThrow();
        }
    }

    /**
     * Checks that the features fit together.
     *
     * @throws FieldProblem when one is of another dictionary than the first and no probe of the same hook point and model,
     *     or not announced by its dictionary yet
     */
    static ReleaseDraft of(List<Entry> given) {
        Entry main =
                given.stream().filter(entry -> !entry.isProbe()).findFirst().orElse(given.getFirst());
        String dictionary = main.feature().dictionary();
        @Nullable Origin origin = main.feature().origin();
        for (int i = 0; i < given.size(); i++) {
            Feature feature = given.get(i).feature();
            String field = "features[" + i + "]";
            if (!feature.dictionary().equals(dictionary) && !given.get(i).isProbe()) {
                throw new FieldProblem(field, feature.uid(), "a feature of the first one's dictionary, " + dictionary);
            }
            Origin own = feature.origin();
            if (own == null || origin == null) {
                throw new FieldProblem(field, feature.uid(), "a feature that its dictionary has announced");
            }
            if (!own.hook().equals(origin.hook()) || !own.model().equals(origin.model())) {
                throw new FieldProblem(
                        field, feature.uid(), "a probe at " + origin.hook() + " of model " + origin.model());
            }
        }
        List<Entry> byIndex = given.stream()
                .sorted(Comparator.comparing(
                                (Entry entry) -> !entry.feature().dictionary().equals(dictionary))
                        .thenComparing(entry -> entry.feature().dictionary())
                        .thenComparingInt(entry -> entry.feature().index()))
                .toList();
        return new ReleaseDraft(byIndex, java.util.Objects.requireNonNull(origin), dictionary, rules(byIndex));
    }

    /** Digests of the dictionaries that the entries are of, the release's own first. */
    List<String> dictionaries() {
        return Stream.concat(
                        Stream.of(dictionaryDigest),
                        entries.stream().map(entry -> entry.feature().dictionary()))
                .distinct()
                .toList();
    }

    /**
     * The features' part of the dictionaries, with golden vectors from the seed.
     *
     * @param dictionaries by digest
     * @throws FieldProblem when a probe was fitted beside another dictionary: its rows are centred elsewhere
     */
    ReleaseTensors tensors(Function<String, Dictionary> dictionaries, long seed) {
        Dictionary dictionary = dictionaries.apply(dictionaryDigest);
        int n = entries.size();
        int d = dictionary.width();
        float[] encoder = new float[n * d];
        float[] bias = new float[n];
        float[] threshold = new float[n];
        for (int j = 0; j < n; j++) {
            Feature feature = entries.get(j).feature();
            Dictionary own = dictionaries.apply(feature.dictionary());
            if (!Arrays.equals(own.decoderBias(), dictionary.decoderBias())) {
                throw new FieldProblem("features", feature.uid(), "a probe fitted beside " + dictionaryDigest);
            }
            System.arraycopy(own.encoder(), feature.index() * d, encoder, j * d, d);
            bias[j] = own.encoderBias()[feature.index()];
            threshold[j] = entries.get(j).threshold(own);
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
                rules,
                Digests.sha256(tensorBytes),
                createdAt,
                createdAt.plus(lifetime),
                false);
    }

    /** The same with these rules in place of one any-of rule a level. */
    ReleaseDraft with(@Nullable List<RuleOrder> orders) {
        return orders == null
                ? this
                : new ReleaseDraft(entries, origin, dictionaryDigest, RuleOrder.rules(orders, entries));
    }

    /** One any-of rule a level. */
    private static List<Rule> rules(List<Entry> entries) {
        List<Rule> rules = new ArrayList<>();
        for (ConcernLevel level : ConcernLevel.values()) {
            List<Condition> leaves = new ArrayList<>();
            entries.stream()
                    .filter(entry -> entry.concern().level() == level)
                    .forEach(entry ->
                            leaves.add(new Condition.Fires(entry.feature().uid(), entry.pooling())));
            if (!leaves.isEmpty()) {
                rules.add(Rule.of("any-" + level.wire(), level, new Condition.Any(leaves)));
            }
        }
        return rules;
    }

    /** The first rule that names a feature. */
    private String ruleOf(String uid) {
        return rules.stream()
                .filter(rule -> rule.features().contains(uid))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private ReleasedFeature released(Entry entry, float threshold) {
        Feature feature = entry.feature();
        Explanation explanation = feature.explanation();
        ConcernLevel level = entry.concern().level();
        return new ReleasedFeature(
                feature.uid(),
                feature.index(),
                explanation == null ? null : explanation.label(),
                level,
                Grading.grade(entry.concern().evidence()).name(),
                ruleOf(feature.uid()),
                threshold,
                entry.concern().evidence().stream().map(ReleaseDraft::summary).toList(),
                feature.dictionary().equals(dictionaryDigest) ? null : feature.dictionary());
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
