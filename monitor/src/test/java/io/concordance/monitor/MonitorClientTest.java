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
                                "high release signed by one reviewer",
                                Reason.SIGNATURE,
                                () -> registry.publish(
                                        1, PublishedReleases.tensors(1), registry.targets.subList(0, 1))),
                        new Case("pointer from the future", Reason.CLOCK, () -> {
                            ReleaseManifest m = registry.publish(1);
                            registry.point(1, m.digest(), NOW.plus(Duration.ofMinutes(6)));
                        }),
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
                                    registry.targets);
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
        try (MonitorClient monitor = monitor(NOW)) {
            for (Map.Entry<String, byte[]> file : Map.copyOf(registry.files).entrySet()) {
                byte[] good = file.getValue();
                for (int i = 0; i < good.length; i++) {
                    byte[] changed = good.clone();
                    changed[i] ^= 1;
                    registry.files.put(file.getKey(), changed);
                    assertThatThrownBy(monitor::refresh)
                            .as("%s, byte %d", file.getKey(), i)
                            .isInstanceOf(Refusal.class);
                    assertThat(monitor.armed()).isEmpty();
                }
                registry.files.put(file.getKey(), good);
            }
            assertThat(monitor.refresh()).isEqualTo(Refreshed.ARMED);
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
            registry.publish(2, PublishedReleases.tensors(9), registry.targets);
            refused(restarted, Reason.ROLLBACK);
        }
    }

    @Test
    void refusesAPointerThatAnEarlierOneWasReplacedBy() {
        ReleaseManifest manifest = registry.publish(1);
        byte[] old = registry.files.get(PublishedReleases.CHANNEL);
        registry.point(1, manifest.digest(), NOW.plusSeconds(60));
        try (MonitorClient monitor = monitor(NOW)) {
            monitor.refresh();
            registry.files.put(PublishedReleases.CHANNEL, old);
            assertThatThrownBy(monitor::refresh)
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.reason()).isEqualTo(Reason.REPLAY));
        }
        try (MonitorClient restarted = monitor(NOW)) {
            refused(restarted, Reason.REPLAY);
        }
    }

    @Test
    void refusesAReleaseForAnotherModelThanTheOneHere() {
        ReleaseManifest manifest = registry.publish(1);
        MonitorOptions options = options(Clock.fixed(NOW, ZoneOffset.UTC));
        try (MonitorClient monitor = new MonitorClient(options.forModel("sha256:" + "1".repeat(64)))) {
            refused(monitor, Reason.MODEL);
        }
        String digest = manifest.model().onnxDigest();
        try (MonitorClient monitor = new MonitorClient(options.forModel(digest))) {
            assertThat(monitor.refresh()).isEqualTo(Refreshed.ARMED);
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
    void whatFailsClosedRefusesSessionsThatNoReleaseInForceWatches() {
        registry.publish(1);
        MovingClock clock = new MovingClock(NOW);
        try (MonitorClient open = monitor(clock);
                MonitorClient closed = new MonitorClient(options(clock).failingClosed())) {
            assertThat(open.forSession()).isEmpty();
            assertThatThrownBy(closed::forSession)
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.reason()).isEqualTo(Reason.UNARMED));
            open.refresh();
            closed.refresh();
            assertThat(closed.forSession()).isEqualTo(closed.armed()).isPresent();
            clock.now = NOW.plus(Duration.ofHours(24));
            assertThat(open.forSession()).isEqualTo(open.armed()).isPresent();
            assertThatThrownBy(closed::forSession)
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.reason()).isEqualTo(Reason.EXPIRED));
            registry.point(1, closed.armed().orElseThrow().digest(), clock.now);
            closed.refresh();
            assertThat(closed.forSession()).isPresent();
            clock.now = NOW.plus(Duration.ofDays(30));
            registry.point(1, closed.armed().orElseThrow().digest(), clock.now);
            closed.refresh();
            assertThat(closed.stale()).as("past the release's own expiry").isTrue();
        }
    }

    @Test
    void aDocumentLargerThanAnyIsNotReadToItsEndAndChangesNothing() {
        registry.publish(1);
        try (MonitorClient monitor = monitor(NOW)) {
            monitor.refresh();
            String armed = monitor.armed().orElseThrow().digest();
            registry.files.put(PublishedReleases.CHANNEL, new byte[(int) MonitorClient.MAX_DOCUMENT + 1]);
            assertThatThrownBy(monitor::refresh).isInstanceOf(UncheckedIOException.class);
            assertThat(monitor.armed().orElseThrow().digest()).isEqualTo(armed);
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
        return new MonitorClient(options(clock));
    }

    private MonitorOptions options(Clock clock) {
        URI address = registry.address();
        return new MonitorOptions(
                "test-monitor", address, "stable", registry.trust, state, clock, Duration.ofSeconds(5), null);
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
