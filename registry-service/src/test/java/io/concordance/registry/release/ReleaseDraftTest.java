package io.concordance.registry.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.Condition;
import io.concordance.contracts.release.Pooling;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleaseTensors;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import io.concordance.registry.concern.Concern;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.release.ReleaseDraft.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReleaseDraftTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String DIGEST = Digests.sha256("dictionary");

    private static final String PROBES = Digests.sha256("probes");

    private final Dictionary dictionary = dictionary(3);
    private final Dictionary probes = beside(dictionary(4), dictionary);

    @Test
    void makesTheSameBytesWhateverTheOrderOfItsFeatures() {
        Entry a = entry(DIGEST, 1, ConcernLevel.HIGH, "off-policy", evidence("off-policy", 18, 0.5));
        Entry b = entry(DIGEST, 3, ConcernLevel.LOW, null, evidence("off-policy", 18, 0.5));
        byte[] once = bytes(ReleaseDraft.of(List.of(a, b)));
        assertThat(bytes(ReleaseDraft.of(List.of(b, a)))).isEqualTo(once);
    }

    @Test
    void takesRowsAndBiasesFromTheDictionaryAndReadsWithThemWhatTheDictionaryReads() {
        ReleaseDraft draft =
                ReleaseDraft.of(List.of(entry(DIGEST, 3, ConcernLevel.HIGH, null, evidence("off-policy", 18, 0.5))));
        ReleaseTensors tensors = draft.tensors(Map.of(DIGEST, dictionary)::get, 1);
        assertThat(tensors.encoder()).containsExactly(java.util.Arrays.copyOfRange(dictionary.encoder(), 12, 16));
        assertThat(tensors.encoderBias()).containsExactly(dictionary.encoderBias()[3]);
        tensors.replayGolden();
    }

    @Test
    void neverGoesBelowTheDictionarysOwnThreshold() {
        assertThat(threshold(entry(DIGEST, 0, ConcernLevel.HIGH, null, evidence("off-policy", 18, 0.001))))
                .isEqualTo(dictionary.threshold()[0]);
        assertThat(threshold(entry(DIGEST, 0, ConcernLevel.HIGH, null, evidence("off-policy", 18, 9.5))))
                .isEqualTo(9.5f);
    }

    @Test
    void takesTheThresholdOfTheStrategyItWasProposedForElseOfTheBestArm() {
        Evidence offPolicy = evidence("off-policy", 20, 5);
        Evidence instructed = evidence("instructed", 15, 7);
        Evidence silent = evidence("base-model", 0, 11);
        assertThat(threshold(entry(DIGEST, 0, ConcernLevel.HIGH, "instructed", offPolicy, instructed, silent)))
                .isEqualTo(7);
        assertThat(threshold(entry(DIGEST, 0, ConcernLevel.HIGH, "base-model", offPolicy, instructed, silent)))
                .isEqualTo(5);
        assertThat(threshold(entry(DIGEST, 0, ConcernLevel.LOW, null, silent))).isEqualTo(11);
    }

    @Test
    void groupsRulesByLevelAndSaysWhatTheEvidenceWas() {
        ReleaseManifest manifest = manifest(ReleaseDraft.of(List.of(
                entry(DIGEST, 1, ConcernLevel.HIGH, null, evidence("off-policy", 18, 0.5)),
                entry(DIGEST, 2, ConcernLevel.LOW, null, evidence("off-policy", 0, 0.5)),
                entry(DIGEST, 3, ConcernLevel.HIGH, null, evidence("off-policy", 18, 0.5)))));
        assertThat(manifest.rules())
                .containsExactly(
                        Rule.anyOf("any-high", ConcernLevel.HIGH, List.of("f_1", "f_3")),
                        Rule.anyOf("any-low", ConcernLevel.LOW, List.of("f_2")));
        assertThat(manifest.features()).extracting(ReleasedFeature::grade).containsExactly("E1", "E0", "E1");
        ReleasedFeature.Evidence summary =
                manifest.features().getFirst().evidence().getFirst();
        assertThat(summary.recall().k()).isEqualTo(18);
        assertThat(summary.falsePositives().n()).isEqualTo(400);
        assertThat(manifest.expiresAt()).isEqualTo(NOW.plus(Duration.ofDays(90)));
    }

    @Test
    void releasesAProbeAsOneMoreRowThatItsRulePoolsAsItWasCalibrated() {
        Entry feature = entry(DIGEST, 3, ConcernLevel.HIGH, null, evidence("off-policy", 18, 0.5));
        Entry probe = probe(1, new Pooling(Pooling.Over.MEAN, 1, Pooling.Scope.BEFORE_OUTPUT));
        ReleaseDraft draft = ReleaseDraft.of(List.of(probe, feature));
        ReleaseManifest manifest = manifest(draft);
        assertThat(manifest.dictionary()).isEqualTo(DIGEST);
        assertThat(manifest.features()).extracting(ReleasedFeature::dictionary).containsExactly(null, PROBES);
        assertThat(manifest.rules())
                .containsExactly(Rule.of(
                        "any-high",
                        ConcernLevel.HIGH,
                        new Condition.Any(List.of(
                                new Condition.Fires("f_3", Pooling.PEAK),
                                new Condition.Fires("p_1", probe.pooling())))));
        ReleaseTensors tensors = draft.tensors(Map.of(DIGEST, dictionary, PROBES, probes)::get, 1);
        assertThat(java.util.Arrays.copyOfRange(tensors.encoder(), 4, 8))
                .isEqualTo(java.util.Arrays.copyOfRange(probes.encoder(), 4, 8));
        tensors.replayGolden();
        Dictionary elsewhere = dictionary(2);
        assertThatThrownBy(() -> draft.tensors(Map.of(DIGEST, dictionary, PROBES, elsewhere)::get, 1))
                .hasMessageContaining("fitted beside");
    }

    @Test
    void takesRulesOverItsFeaturesAndRefusesThoseThatItsThresholdsAreNotFor() {
        Entry intent = entry(DIGEST, 1, ConcernLevel.HIGH, null, evidence("off-policy", 18, 0.5));
        Entry fiction = entry(DIGEST, 2, ConcernLevel.LOW, null, evidence("off-policy", 0, 0.5));
        Entry probe = probe(0, new Pooling(Pooling.Over.MAX, 1, Pooling.Scope.BEFORE_OUTPUT));
        List<Entry> all = List.of(intent, fiction, probe);
        Condition.Fires fires = new Condition.Fires("f_1", Pooling.PEAK);
        Condition.Fires told = new Condition.Fires("f_2", Pooling.PEAK);
        Condition.Fires several =
                new Condition.Fires("p_0", new Pooling(Pooling.Over.MAX, 3, Pooling.Scope.BEFORE_OUTPUT));
        Condition whole =
                new Condition.All(List.of(new Condition.Any(List.of(fires, several)), new Condition.Not(told)));
        ReleaseManifest manifest =
                manifest(ReleaseDraft.of(all).with(List.of(new RuleOrder("real", ConcernLevel.HIGH, whole))));
        assertThat(manifest.rules()).containsExactly(Rule.of("real", ConcernLevel.HIGH, whole));
        assertThat(manifest.features()).extracting(ReleasedFeature::rule).containsOnly("real");

        refused(all, ConcernLevel.HIGH, new Condition.Any(List.of(fires, several)), "every feature");
        refused(
                all,
                ConcernLevel.HIGH,
                new Condition.Any(List.of(fires, told, new Condition.Fires("p_0", Pooling.PEAK))),
                "calibrated");
        refused(
                all,
                ConcernLevel.HIGH,
                new Condition.Any(List.of(fires, new Condition.Fires("f_9", Pooling.PEAK))),
                "f_9");
        refused(List.of(fiction), ConcernLevel.HIGH, told, "gravest");
        refused(List.of(fiction), ConcernLevel.LOW, new Condition.Not(told), "no feature fires");
    }

    private static void refused(List<Entry> entries, ConcernLevel level, Condition condition, String because) {
        assertThatThrownBy(() -> ReleaseDraft.of(entries).with(List.of(new RuleOrder("r", level, condition))))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("rules")
                .hasMessageContaining(because);
    }

    private static Entry probe(int index, Pooling pooling) {
        Evidence e = evidence("off-policy", 18, 1.5);
        Entry entry = entry(
                PROBES,
                index,
                ConcernLevel.HIGH,
                null,
                new Evidence(e.arm(), e.armKind(), e.screen(), e.calibration(), null, null, pooling));
        Feature f = entry.feature();
        return new Entry(
                new Feature(
                        "p_" + index,
                        PROBES,
                        index,
                        f.origin(),
                        f.explanation(),
                        f.evidence(),
                        f.grade(),
                        f.state(),
                        f.level()),
                entry.concern());
    }

    @Test
    void refusesFeaturesOfTwoDictionariesAndThoseNobodyAnnounced() {
        Entry a = entry(DIGEST, 1, ConcernLevel.HIGH, null, evidence("off-policy", 18, 0.5));
        Entry other = entry(Digests.sha256("other"), 1, ConcernLevel.HIGH, null, evidence("off-policy", 18, 0.5));
        Feature f = a.feature();
        Feature unannounced =
                new Feature(f.uid(), f.dictionary(), 1, null, null, f.evidence(), f.grade(), f.state(), f.level());
        assertThatThrownBy(() -> ReleaseDraft.of(List.of(a, other)))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("features[1]");
        assertThatThrownBy(() -> ReleaseDraft.of(List.of(new Entry(unannounced, a.concern()))))
                .hasMessageContaining("announced");
    }

    private float threshold(Entry entry) {
        return ReleaseDraft.of(List.of(entry))
                .tensors(Map.of(DIGEST, dictionary)::get, 1)
                .threshold()[0];
    }

    private byte[] bytes(ReleaseDraft draft) {
        return Json.canonical(manifest(draft));
    }

    private ReleaseManifest manifest(ReleaseDraft draft) {
        ReleaseTensors tensors = draft.tensors(Map.of(DIGEST, dictionary, PROBES, probes)::get, 7);
        return draft.manifest(
                tensors,
                tensors.toBytes(),
                new ReleaseManifest.Model("id", "organism", DIGEST, DIGEST),
                7,
                null,
                NOW,
                Duration.ofDays(90));
    }

    private static Evidence evidence(String kind, int caught, double threshold) {
        return new Evidence(
                kind,
                kind,
                new Screen(30, 600, 28, 4, 5, 4, 6, 0.97, 0.93, 0.99, 1e-9, 1e-7),
                new Calibration(threshold, 400, 0, 20, caught));
    }

    private static Entry entry(String digest, int index, ConcernLevel level, String strategy, Evidence... evidence) {
        List<Evidence> all = List.of(evidence);
        Feature feature = new Feature(
                "f_" + index,
                digest,
                index,
                new Feature.Origin("run", "model", "blocks.2.hook_resid_post", "new", 0.01, 1000),
                null,
                all,
                Grade.E1,
                ReviewState.APPROVED,
                level);
        return new Entry(
                feature,
                new Concern(
                        feature.uid(),
                        1,
                        level,
                        "reason",
                        "ada",
                        strategy,
                        Grade.E1,
                        all,
                        ReviewState.APPROVED,
                        NOW,
                        NOW,
                        List.of()));
    }

    private static Dictionary dictionary(long seed) {
        Random random = new Random(seed);
        float[] threshold = new float[4];
        for (int j = 0; j < 4; j++) {
            threshold[j] = 0.1f + random.nextFloat();
        }
        return new Dictionary(
                4,
                4,
                floats(random, 16),
                floats(random, 4),
                floats(random, 16),
                floats(random, 4),
                threshold,
                new DictionaryInfo("jumprelu", "batchtopk", 2, "m", "h", seed, 0, 0, 0));
    }

    /** The rows of a probe set that was fitted beside a dictionary. */
    private static Dictionary beside(Dictionary rows, Dictionary dictionary) {
        return new Dictionary(
                rows.width(),
                rows.features(),
                rows.encoder(),
                rows.encoderBias(),
                rows.decoder(),
                dictionary.decoderBias(),
                rows.threshold(),
                rows.info());
    }

    private static float[] floats(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
