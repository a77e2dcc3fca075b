package io.concordance.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.Golden;
import io.concordance.contracts.release.Refusal;
import io.concordance.contracts.release.Refusal.Reason;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleaseTensors;
import io.concordance.contracts.release.SigningKey;
import io.concordance.monitor.MonitorClient.Refreshed;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class MonitorClientTest {
    private static final Instant NOW = PublishedReleases.NOW;

    @TempDir
    Path state;

    private PublishedReleases registry;

    @BeforeEach
    void start() throws Exception {
        registry = new PublishedReleases();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void armsWithWhatTheChannelPointsTo() {
        ReleaseManifest manifest = registry.publish(3);
        try (MonitorClient monitor = monitor(NOW)) {
            assertThat(monitor.armed()).isEmpty();
            assertThat(monitor.stale()).isTrue();
            assertThat(monitor.refresh()).isEqualTo(Refreshed.ARMED);
            assertThat(monitor.armed().orElseThrow().manifest()).isEqualTo(manifest);
            assertThat(monitor.stale()).isFalse();
        }
    }

    @Test
    void asksOnlyForTheChannelWhileNothingChanged() {
        registry.publish(1);
        try (MonitorClient monitor = monitor(NOW)) {
            monitor.refresh();
            registry.requests.clear();
            assertThat(monitor.refresh()).isEqualTo(Refreshed.UNCHANGED);
            assertThat(registry.requests).containsExactly(PublishedReleases.CHANNEL);
        }
    }

    @Test
    void swapsToANewerReleaseAndKeepsCountingTheOldOne() {
        ReleaseManifest first = registry.publish(1);
        try (MonitorClient monitor = monitor(NOW)) {
            monitor.refresh();
            ArmedMonitor before = monitor.armed().orElseThrow();
            before.evaluate(new float[6], 1);
            ReleaseManifest second = registry.publish(2);
            assertThat(monitor.refresh()).isEqualTo(Refreshed.ARMED);
            assertThat(monitor.armed().orElseThrow().digest()).isEqualTo(second.digest());
            before.evaluate(new float[6], 1);
            assertThat(monitor.report()).isZero();
            assertThat(registry.sightings).singleElement().satisfies(json -> {
                SightingReported report = Json.read(json.getBytes(StandardCharsets.UTF_8), SightingReported.class);
                assertThat(report.release()).isEqualTo(first.digest());
                assertThat(report.sessions()).isEqualTo(2);
            });
        }
    }

    @TestFactory
    Stream<DynamicTest> neverArmsWithWhatWasTamperedWith() {
        record Case(String name, Reason reason, Runnable tamper) {}
        return Stream.of(
                        new Case("expired pointer", Reason.EXPIRED, () -> {
                            ReleaseManifest m = registry.publish(1);
                            registry.point(1, m.digest(), NOW.minus(Duration.ofHours(24)));
                        }),
                        new Case("pointer without signature", Reason.SIGNATURE, () -> {
                            registry.publish(1);
                            replace(PublishedReleases.CHANNEL, "\"signatures\":\\[.*\\]", "\"signatures\":[]");
                        }),
                        new Case(
                                "manifest without signature",
                                Reason.SIGNATURE,
                                () -> registry.publish(1, PublishedReleases.tensors(1), List.of())),
                        new Case(
                                "manifest signed by a stranger",
                                Reason.SIGNATURE,
                                () -> registry.publish(
                                        1, PublishedReleases.tensors(1), List.of(SigningKey.generate()))),
                        new Case(
                                "manifest signed by the timestamp key",
                                Reason.SIGNATURE,
                                () -> registry.publish(1, PublishedReleases.tensors(1), List.of(registry.timestamp))),
                        new Case("another release under the digest", Reason.DIGEST, () -> {
                            ReleaseManifest wanted = registry.publish(1);
                            ReleaseManifest other = registry.publish(2);
                            swap(wanted, other, ReleaseBundle.MANIFEST);
                            registry.point(1, wanted.digest(), NOW);
                        }),
                        new Case("tensors of another release", Reason.DIGEST, () -> {
                            ReleaseManifest wanted = registry.publish(1);
                            ReleaseManifest other = registry.publish(2);
                            swap(wanted, other, ReleaseBundle.TENSORS);
                            registry.point(1, wanted.digest(), NOW);
                        }),
                        new Case("pointer with another version", Reason.FORMAT, () -> {
                            ReleaseManifest m = registry.publish(1);
                            registry.point(2, m.digest(), NOW);
                        }),
                        new Case("wrong golden vectors, properly signed", Reason.GOLDEN, () -> {
                            ReleaseTensors t = PublishedReleases.tensors(1);
                            float[] wrong = t.golden().expected().clone();
                            wrong[4] += 0.01f;
                            Golden golden =
                                    new Golden(t.golden().count(), t.golden().inputs(), wrong);
                            registry.publish(
                                    1,
                                    new ReleaseTensors(
                                            3, 6, t.encoder(), t.encoderBias(), t.decoderBias(), t.threshold(), golden),
                                    List.of(registry.targets));
                        }))
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    registry.files.clear();
                    c.tamper().run();
                    try (MonitorClient monitor = monitor(NOW)) {
                        refused(monitor, c.reason());
                    }
                    assertThat(Files.exists(state.resolve("highest.json"))).isFalse();
                }));
    }

    @Test
    void neverArmsWhenAnySingleByteWasChanged() {
        registry.publish(1);
        for (Map.Entry<String, byte[]> file : Map.copyOf(registry.files).entrySet()) {
            byte[] good = file.getValue();
            for (int i = 0; i < good.length; i += 7) {
                byte[] changed = good.clone();
                changed[i] ^= 1;
                registry.files.put(file.getKey(), changed);
                try (MonitorClient monitor = monitor(NOW)) {
                    assertThatThrownBy(monitor::refresh)
                            .as("%s, byte %d", file.getKey(), i)
                            .isInstanceOf(Refusal.class);
                    assertThat(monitor.armed()).isEmpty();
                }
            }
            registry.files.put(file.getKey(), good);
        }
    }

    @Test
    void neverGoesBackAlsoNotAfterARestart() {
        ReleaseManifest old = registry.publish(1);
        ReleaseManifest newer = registry.publish(2);
        try (MonitorClient monitor = monitor(NOW)) {
            monitor.refresh();
            registry.point(1, old.digest(), NOW);
            assertThatThrownBy(monitor::refresh).isInstanceOf(Refusal.class);
            assertThat(monitor.armed().orElseThrow().digest()).isEqualTo(newer.digest());
        }
        try (MonitorClient restarted = monitor(NOW)) {
            refused(restarted, Reason.ROLLBACK);
            registry.publish(2, PublishedReleases.tensors(9), List.of(registry.targets));
            refused(restarted, Reason.ROLLBACK);
        }
    }

    @Test
    void refusesEverythingWhenItsMemoryIsDamaged() throws Exception {
        registry.publish(1);
        Files.writeString(state.resolve("highest.json"), "{}x");
        try (MonitorClient monitor = monitor(NOW)) {
            refused(monitor, Reason.FORMAT);
        }
    }

    @Test
    void staysArmedButSaysSoWhenTheRegistryStopsRenewing() {
        registry.publish(1);
        try (MonitorClient monitor = monitor(NOW)) {
            monitor.refresh();
        }
        MovingClock clock = new MovingClock(NOW);
        try (MonitorClient monitor = monitor(clock)) {
            monitor.refresh();
            clock.now = NOW.plus(Duration.ofHours(25));
            assertThatThrownBy(monitor::refresh)
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.reason()).isEqualTo(Reason.EXPIRED));
            assertThat(monitor.stale()).isTrue();
            assertThat(monitor.armed()).isPresent();
        }
    }

    @Test
    void armsFromDiskWhenTheRegistryIsAwayButNotPastThePointersDay() {
        registry.publish(1);
        try (MonitorClient monitor = monitor(NOW)) {
            monitor.refresh();
        }
        registry.close();
        try (MonitorClient restarted = monitor(NOW)) {
            assertThat(restarted.refresh()).isEqualTo(Refreshed.RESTORED);
            assertThatThrownBy(restarted::refresh).isInstanceOf(UncheckedIOException.class);
            assertThat(restarted.armed()).isPresent();
        }
        try (MonitorClient late = monitor(NOW.plus(Duration.ofHours(25)))) {
            refused(late, Reason.EXPIRED);
        }
    }

    @Test
    void reportsOnceAndKeepsReportsWhileTheRegistryIsAway() {
        registry.publish(1);
        registry.sightingStatus = 503;
        try (MonitorClient monitor = monitor(NOW)) {
            monitor.refresh();
            monitor.armed().orElseThrow().evaluate(new float[12], 2);
            assertThat(monitor.report()).isEqualTo(1);
        }
        try (MonitorClient restarted = monitor(NOW)) {
            assertThat(restarted.report()).isEqualTo(1);
            registry.sightingStatus = 201;
            assertThat(restarted.report()).isZero();
            assertThat(restarted.report()).isZero();
        }
        assertThat(registry.sightings).hasSize(3);
        assertThat(registry.keys).hasSize(3).containsOnly(registry.keys.getFirst());
    }

    @Test
    void setsAsideAReportThatTheRegistryRefusesForGood() {
        registry.publish(1);
        registry.sightingStatus = 400;
        try (MonitorClient monitor = monitor(NOW)) {
            monitor.refresh();
            monitor.armed().orElseThrow().evaluate(new float[6], 1);
            assertThat(monitor.report()).isZero();
        }
        assertThat(state.resolve("sightings-refused.json")).content().contains("\"sessions\":1");
    }

    @Test
    void believesAFetchedTrustDocumentOnlyByItsDigest() {
        registry.files.put("v1/trust", Json.canonical(registry.trust));
        assertThat(MonitorClient.fetchTrust(registry.address(), registry.trust.digest()))
                .isEqualTo(registry.trust);
        assertThatThrownBy(() -> MonitorClient.fetchTrust(registry.address(), "sha256:" + "0".repeat(64)))
                .isInstanceOf(Refusal.class);
    }

    private void refused(MonitorClient monitor, Reason reason) {
        assertThatThrownBy(monitor::refresh)
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.reason()).as(r.getMessage()).isEqualTo(reason));
        assertThat(monitor.armed()).isEmpty();
    }

    private void swap(ReleaseManifest wanted, ReleaseManifest other, String file) {
        registry.files.put(
                ReleaseBundle.path(wanted.digest()) + file,
                registry.files.get(ReleaseBundle.path(other.digest()) + file));
    }

    private void replace(String path, String regex, String by) {
        String text = new String(registry.files.get(path), StandardCharsets.UTF_8);
        registry.files.put(path, text.replaceAll(regex, by).getBytes(StandardCharsets.UTF_8));
    }

    private MonitorClient monitor(Instant now) {
        return monitor(Clock.fixed(now, ZoneOffset.UTC));
    }

    private MonitorClient monitor(Clock clock) {
        URI address = registry.address();
        return new MonitorClient(new MonitorOptions(
                "test-monitor", address, "stable", registry.trust, state, clock, Duration.ofSeconds(5)));
    }

    private static final class MovingClock extends Clock {
        private Instant now;

        MovingClock(Instant now) {
            this.now = now;
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }
}
