package io.concordance.registry.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import io.concordance.registry.concern.Concern;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.release.ReleaseDiff.Change;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;

class ReleaseDiffTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void aReleaseDoesNotDifferFromItself() {
        ReleaseManifest release = release(1, List.of(rule("r", 1)), feature("f_1", "r", 0.5, "opens doors"));
        ReleaseDiff diff = ReleaseDiff.of(release, release);
        assertThat(diff.changes()).isEmpty();
        assertThat(diff.added()).isEmpty();
        assertThat(diff.removed()).isEmpty();
        assertThat(diff.changed()).isEmpty();
        assertThat(diff.rules()).isEqualTo(new ReleaseDiff.Rules(List.of(), List.of(), List.of()));
    }

    @Test
    void everyPartThatDiffersIsNamedWithBothSides() {
        ReleaseManifest from = release(
                1,
                List.of(rule("r", 1), rule("s", 2)),
                feature("f_1", "r", 0.5, "opens doors"),
                feature("f_2", "s", 0.5, null));
        ReleaseManifest to = release(
                2,
                List.of(Rule.anyOf("r", ConcernLevel.HIGH, List.of("f_1", "f_3")), rule("t", 3)),
                feature("f_1", "r", 0.75, "opens any door"),
                feature("f_3", "t", 0.5, null));
        ReleaseDiff diff = ReleaseDiff.of(from, to);
        assertThat(diff.from().version()).isEqualTo(1);
        assertThat(diff.to().digest()).isEqualTo(to.digest());
        assertThat(diff.added()).extracting(ReleasedFeature::uid).containsExactly("f_3");
        assertThat(diff.removed()).extracting(ReleasedFeature::uid).containsExactly("f_2");
        assertThat(diff.changed()).singleElement().satisfies(changed -> {
            assertThat(changed.uid()).isEqualTo("f_1");
            assertThat(changed.changes())
                    .containsExactly(
                            Map.entry("threshold", new Change(0.5, 0.75)),
                            Map.entry("label", new Change("opens doors", "opens any door")));
        });
        assertThat(diff.rules().added()).extracting(Rule::id).containsExactly("t");
        assertThat(diff.rules().removed()).extracting(Rule::id).containsExactly("s");
        assertThat(diff.rules().changed())
                .extracting(ReleaseDiff.ChangedRule::id)
                .containsExactly("r");
        ReleaseDiff back = ReleaseDiff.of(to, from);
        assertThat(back.added()).isEqualTo(diff.removed());
        assertThat(back.removed()).isEqualTo(diff.added());
    }

    @Test
    void theEvidenceOfAReleaseIsTheSameBytesWhereverItIsMade() {
        ReleaseManifest release = release(1, List.of(rule("r", 1)), feature("f_1", "r", 0.5, "opens doors"));
        Map<String, Concern> concerns = Map.of("f_1", concern("f_1"));
        byte[] envelope = "{}".getBytes(StandardCharsets.UTF_8);
        byte[] zip = EvidenceBundle.zip(release, envelope, concerns);
        TimeZone zone = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Auckland"));
            assertThat(EvidenceBundle.zip(release, envelope, concerns)).isEqualTo(zip);
        } finally {
            TimeZone.setDefault(zone);
        }
        EvidenceBundle.OfFeature feature =
                EvidenceBundle.OfFeature.of(release.features().getFirst(), concern("f_1"));
        assertThat(feature.gradeEqual()).isTrue();
        assertThat(feature.rates().getFirst().recall().n()).isEqualTo(20);
        assertThat(new String(Json.canonical(feature), StandardCharsets.UTF_8)).contains("\"falsePositives\":{");
    }

    private static ReleaseManifest release(long version, List<Rule> rules, ReleasedFeature... features) {
        String some = Digests.sha256("some");
        return new ReleaseManifest(
                ReleaseManifest.FORMAT,
                version,
                null,
                new ReleaseManifest.Model("m", "organism", some, some),
                "blocks.2.hook_resid_post",
                4,
                "fp32",
                some,
                List.of(features),
                rules,
                some,
                NOW,
                NOW.plus(Duration.ofDays(90)),
                false);
    }

    private static Rule rule(String id, int feature) {
        return Rule.anyOf(id, ConcernLevel.HIGH, List.of("f_" + feature));
    }

    private static ReleasedFeature feature(String uid, String rule, double threshold, String label) {
        return new ReleasedFeature(uid, 1, label, ConcernLevel.HIGH, "E1", rule, threshold, List.of());
    }

    private static Concern concern(String uid) {
        return new Concern(
                uid,
                1,
                ConcernLevel.HIGH,
                "reason",
                "ada",
                null,
                Grade.E1,
                List.of(new Evidence(
                        "off-policy",
                        "off-policy",
                        new Screen(30, 600, 28, 4, 5, 4, 6, 0.97, 0.93, 0.99, 1e-9, 1e-7),
                        new Calibration(0.5, 400, 0, 20, 18))),
                ReviewState.APPROVED,
                NOW,
                NOW,
                List.of());
    }
}
