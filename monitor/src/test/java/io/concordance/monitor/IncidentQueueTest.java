package io.concordance.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.incident.IncidentSnapshot;
import io.concordance.contracts.release.ReleaseManifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncidentQueueTest {
    private static final List<Hit> HITS = List.of(new Hit("any", "f_0", 0, 2, 1), new Hit("any", "f_1", 0, 2, 1));

    @TempDir
    Path state;

    private PublishedReleases registry;
    private ReleaseManifest release;

    @BeforeEach
    void start() throws Exception {
        registry = new PublishedReleases();
        release = registry.publish(1);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void aSessionIsOnDiskBeforeItIsSentAndSentUntilTheRegistryTookIt() {
        registry.sightingStatus = 503;
        try (MonitorClient monitor = monitor()) {
            monitor.refresh();
            assertThat(monitor.incident(monitor.armed().orElseThrow(), HITS, session(0.5f)))
                    .isTrue();
        }
        assertThat(waiting()).hasSize(1);
        registry.sightingStatus = 201;
        try (MonitorClient restarted = monitor()) {
            restarted.report();
        }
        assertThat(waiting()).isEmpty();
        assertThat(registry.incidents).hasSize(2);
        assertThat(registry.keys).hasSize(2).containsOnly(registry.keys.getFirst());
        IncidentSnapshot sent = IncidentSnapshot.read(registry.incidents.getLast());
        assertThat(sent.details().release()).isEqualTo(release.digest());
        assertThat(sent.details().model()).isEqualTo(release.model().onnxDigest());
        assertThat(sent.details().rules()).containsExactly("any");
        assertThat(sent.tokens()).containsExactly(3, 4);
        assertThat(sent.width()).isEqualTo(6);
        assertThat(sent.activations()).hasSize(12).contains(0.5f);
    }

    @Test
    void whatTheRegistryRefusesIsSetAsideAndTheRestGoesOn() {
        registry.sightingStatus = 400;
        try (MonitorClient monitor = monitor()) {
            monitor.refresh();
            monitor.incident(monitor.armed().orElseThrow(), HITS, session(0.5f));
            monitor.incident(monitor.armed().orElseThrow(), HITS, session(0.75f));
        }
        assertThat(waiting()).isEmpty();
        assertThat(files("refused-")).hasSize(2);
    }

    @Test
    void aRegistryThatIsAwayForLongDoesNotFillTheDisk() {
        registry.sightingStatus = 503;
        try (MonitorClient monitor = monitor()) {
            monitor.refresh();
            for (int i = 0; i < IncidentQueue.MOST; i++) {
                assertThat(monitor.incident(monitor.armed().orElseThrow(), HITS, session(i)))
                        .isTrue();
            }
            assertThat(monitor.incident(monitor.armed().orElseThrow(), HITS, session(-1)))
                    .isFalse();
        }
        assertThat(waiting()).hasSize(IncidentQueue.MOST);
    }

    private static CaughtSession session(float value) {
        float[] activations = new float[20];
        activations[7] = value;
        return new CaughtSession(new int[] {3, 4}, activations, 1, "s-1", null, false);
    }

    private List<Path> waiting() {
        return files("incident-");
    }

    private List<Path> files(String prefix) {
        try (Stream<Path> files = Files.list(state)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private MonitorClient monitor() {
        MonitorOptions options = new MonitorOptions("gate", registry.address(), "stable", registry.trust, state);
        return new MonitorClient(options.at(Clock.fixed(PublishedReleases.NOW, ZoneOffset.UTC)));
    }
}
