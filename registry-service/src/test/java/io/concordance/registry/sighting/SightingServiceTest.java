package io.concordance.registry.sighting;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.RollbackRecommended;
import io.concordance.contracts.event.SessionTerminationRecommended;
import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import io.concordance.registry.sql.NoTransactions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SightingServiceTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String MODEL = Digests.sha256("model");

    private final Exposures exposures = new Exposures();
    private final List<Object> said = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SightingService service = new SightingService(
            new Sightings(),
            exposures,
            event -> said.add(event.data()),
            new NoTransactions(),
            new Settings(),
            new SightingMeters(meters),
            Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void exposureAndFiresAreCountedByLevelAndOnlyThoseOfDeployment() {
        ReleaseManifest manifest = manifest(0.5, "deceives", MODEL);
        report(manifest, 100, Map.of("high", 0L, "low", 3L), Map.of("f_low", 3L));
        report(manifest, 10, Map.of("high", 1L, "low", 1L), Map.of("f_high", 1L));
        service.take(
                new SightingReported(
                        "m", Digests.sha256("release"), 1000, 9, Map.of("high", 9L), null, SightingReported.EVALUATION),
                manifest);

        assertThat(meters.get("concordance.registry.exposure.sessions")
                        .counter()
                        .count())
                .isEqualTo(110);
        assertThat(fires("high")).isEqualTo(1);
        assertThat(fires("low")).isEqualTo(4);
        assertThat(fires("medium")).isZero();
    }

    private double fires(String level) {
        return meters.get("concordance.registry.fires")
                .tag("level", level)
                .counter()
                .count();
    }

    @Test
    void theFirstHighFireRecommendsToEndTheSession() {
        ReleaseManifest manifest = manifest(0.5, "deceives", MODEL);
        report(manifest, 100_000, Map.of("high", 0L, "low", 3L), Map.of("f_low", 3L));
        assertThat(said).isEmpty();
        report(manifest, 10, Map.of("high", 1L), Map.of("f_high", 1L));
        assertThat(said)
                .singleElement()
                .isInstanceOfSatisfying(
                        SessionTerminationRecommended.class,
                        t -> assertThat(t.firesByRule()).containsExactly(Map.entry("high", 1L)));
    }

    @Test
    void goingPastTheBudgetRecommendsARollbackOnceAndForHighFeaturesOnly() {
        ReleaseManifest manifest = manifest(0.5, "deceives", MODEL);
        report(manifest, 10, Map.of("low", 8L), Map.of("f_low", 8L));
        assertThat(said).isEmpty();
        assertThat(exposures.only("f_low").clock().failed()).isNotNull();
        for (int i = 0; i < 3; i++) {
            report(manifest, 10, Map.of("high", 1L), Map.of("f_high", 1L));
        }
        assertThat(said.stream().filter(RollbackRecommended.class::isInstance))
                .singleElement()
                .isInstanceOfSatisfying(RollbackRecommended.class, r -> {
                    assertThat(r.feature()).isEqualTo("f_high");
                    assertThat(r.model()).isEqualTo(MODEL);
                    assertThat(r.test()).isEqualTo("anytime");
                    assertThat(r.fires()).isEqualTo(2);
                    assertThat(r.sessions()).isEqualTo(30);
                });
    }

    @Test
    void theClockStartsAnewWhenThresholdOrLabelChangesAndRunsOnWhereNeitherDoes() {
        for (ReleaseManifest next : List.of(
                manifest(0.6, "deceives", MODEL),
                manifest(0.5, "plays a part", MODEL),
                manifest(0.5, "deceives", Digests.sha256("other model")))) {
            exposures.all.clear();
            said.clear();
            report(manifest(0.5, "deceives", MODEL), 10, Map.of("high", 1L), Map.of("f_high", 1L));
            report(next, 10, Map.of("high", 1L), Map.of("f_high", 1L));
            assertThat(said).noneMatch(RollbackRecommended.class::isInstance);
            assertThat(exposures.of("f_high"))
                    .extracting(e -> e.clock().sessions())
                    .containsExactly(10L, 10L);
        }
        report(manifest(0.5, "deceives", MODEL), 10, Map.of("high", 1L), Map.of("f_high", 1L));
        assertThat(said).anyMatch(RollbackRecommended.class::isInstance);
    }

    @Test
    void evaluationSessionsAreNoExposure() {
        ReleaseManifest manifest = manifest(0.5, "deceives", MODEL);
        service.take(
                new SightingReported(
                        "m", manifest.digest(), 100, 60, Map.of("high", 60L), null, SightingReported.EVALUATION),
                manifest);
        assertThat(said).isEmpty();
        assertThat(exposures.all).isEmpty();
    }

    @Test
    void whereAMonitorDoesNotCountByFeatureEveryFeatureOfARuleThatFiredIsTakenToHave() {
        ReleaseManifest manifest = manifest(0.5, "deceives", MODEL);
        report(manifest, 10, Map.of("high", 2L, "both", 3L), null);
        assertThat(exposures.only("f_low").clock().fires()).isEqualTo(3);
        assertThat(exposures.only("f_high").clock().fires()).isEqualTo(4);
    }

    private void report(
            ReleaseManifest manifest, long sessions, Map<String, Long> byRule, @Nullable Map<String, Long> byFeature) {
        long fires = Math.min(4, byRule.values().stream().mapToLong(n -> n).sum());
        if (byFeature != null) {
            fires = byFeature.values().stream().mapToLong(n -> n).sum();
        }
        service.take(new SightingReported("m", manifest.digest(), sessions, fires, byRule, byFeature, null), manifest);
    }

    private static ReleaseManifest manifest(double threshold, String label, String model) {
        String some = Digests.sha256("some");
        return new ReleaseManifest(
                ReleaseManifest.FORMAT,
                1,
                null,
                new ReleaseManifest.Model("id", "organism", model, some),
                "blocks.2.hook_resid_post",
                4,
                "fp32",
                some,
                List.of(
                        new ReleasedFeature("f_high", 0, label, ConcernLevel.HIGH, "E1", "high", threshold, List.of()),
                        new ReleasedFeature("f_low", 1, "bores", ConcernLevel.LOW, "E0", "low", 1, List.of())),
                List.of(
                        Rule.anyOf("high", ConcernLevel.HIGH, List.of("f_high")),
                        Rule.anyOf("low", ConcernLevel.LOW, List.of("f_low")),
                        Rule.anyOf("both", ConcernLevel.LOW, List.of("f_high", "f_low"))),
                some,
                NOW,
                NOW.plus(Duration.ofDays(1)),
                false);
    }

    private record Settings() implements HandfulSettings {
        @Override
        public long budget() {
            return 5;
        }

        @Override
        public long exposure() {
            return 1_000_000;
        }

        @Override
        public double alpha() {
            return 0.01;
        }

        @Override
        public double alternative() {
            return 1e-4;
        }
    }

    private static final class Sightings implements SightingRepository {
        private long next = 1;

        @Override
        public Sighting add(SightingReported report) {
            return new Sighting(next++, NOW, report);
        }

        @Override
        public List<Sighting> latest(@Nullable String release, long before, int limit) {
            return List.of();
        }
    }

    private static final class Exposures implements ExposureRepository {
        private final Map<List<String>, Exposure> all = new LinkedHashMap<>();

        @Override
        public Map<String, Exposure> lock(String model, Map<String, Terms> terms, Instant now) {
            Map<String, Exposure> found = new TreeMap<>();
            terms.forEach((feature, given) -> found.put(
                    feature,
                    all.computeIfAbsent(
                            List.of(feature, model, given.digest()),
                            key -> new Exposure(all.size() + 1L, feature, model, given, now, ExposureClock.START))));
            return found;
        }

        @Override
        public void save(List<Exposure> exposures) {
            exposures.forEach(
                    e -> all.put(List.of(e.feature(), e.model(), e.terms().digest()), e));
        }

        @Override
        public List<Exposure> list(@Nullable String feature, @Nullable String model, long after, int limit) {
            return List.copyOf(all.values());
        }

        List<Exposure> of(String feature) {
            return all.values().stream()
                    .filter(e -> e.feature().equals(feature))
                    .toList();
        }

        Exposure only(String feature) {
            assertThat(of(feature)).hasSize(1);
            return of(feature).getFirst();
        }
    }
}
