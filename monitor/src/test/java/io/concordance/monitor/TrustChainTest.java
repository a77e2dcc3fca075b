package io.concordance.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.Refusal;
import io.concordance.contracts.release.Refusal.Reason;
import io.concordance.contracts.release.SigningKey;
import io.concordance.contracts.release.TrustDocument;
import io.concordance.monitor.MonitorClient.Refreshed;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustChainTest {
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
    void newKeysAreBelievedOnceTheOldRootSignedThemAndAlsoAfterARestart() {
        registry.publish(1);
        List<SigningKey> reviewers = List.of(SigningKey.generate(), SigningKey.generate());
        try (MonitorClient monitor = monitor(NOW)) {
            monitor.refresh();
            registry.publish(2, PublishedReleases.tensors(2), reviewers);
            refused(monitor, Reason.SIGNATURE);
            rotate(registry.trust(2, reviewers, registry.timestamp), registry.root);
            assertThat(monitor.refresh()).isEqualTo(Refreshed.ARMED);
        }
        registry.files.remove("v1/trust/2");
        try (MonitorClient restarted = monitor(NOW)) {
            assertThat(restarted.refresh()).isEqualTo(Refreshed.ARMED);
        }
    }

    @Test
    void aReleaseOfReviewersWhoWereReplacedIsNotArmedAgainButWhatIsArmedStays() {
        registry.publish(1);
        List<SigningKey> reviewers = List.of(SigningKey.generate(), SigningKey.generate());
        try (MonitorClient monitor = monitor(NOW)) {
            monitor.refresh();
            String digest = monitor.armed().orElseThrow().digest();
            rotate(registry.trust(2, reviewers, registry.timestamp), registry.root);
            registry.point(1, digest, NOW.plusSeconds(1));
            refused(monitor, Reason.SIGNATURE);
            assertThat(monitor.armed().orElseThrow().digest()).isEqualTo(digest);
        }
        try (MonitorClient restarted = monitor(NOW)) {
            refused(restarted, Reason.SIGNATURE);
            assertThat(restarted.armed()).isEmpty();
        }
    }

    @Test
    void keysThatTheRootDidNotSignAreNotBelieved() {
        registry.publish(1);
        SigningKey stranger = SigningKey.generate();
        TrustDocument wrong = TrustDocument.of(
                2,
                NOW.plus(Duration.ofDays(1)),
                List.of(stranger.publicKey()),
                1,
                registry.targets.stream().map(SigningKey::publicKey).toList(),
                registry.timestamp.publicKey());
        rotate(wrong, stranger);
        try (MonitorClient monitor = monitor(NOW)) {
            refused(monitor, Reason.SIGNATURE);
            rotate(registry.trust(3, registry.targets, registry.timestamp), registry.root);
            registry.files.put("v1/trust/2", registry.files.get("v1/trust/3"));
            refused(monitor, Reason.ROLLBACK);
            assertThat(monitor.armed()).isEmpty();
        }
    }

    @Test
    void nothingIsBelievedPastTheLastDocumentsExpiryUntilANewOneComes() {
        registry.publish(1);
        Instant late = NOW.plus(Duration.ofDays(365));
        try (MonitorClient monitor = monitor(late)) {
            refused(monitor, Reason.EXPIRED);
        }
    }

    @Test
    void aTrustDocumentIsFetchedByItsDigestAlone() {
        TrustDocument second = registry.trust(2, registry.targets, registry.timestamp);
        registry.files.put("v1/trust", Json.canonical(second));
        rotate(registry.trust, registry.root);
        assertThat(MonitorClient.fetchTrust(registry.address(), second.digest()))
                .isEqualTo(second);
        assertThat(MonitorClient.fetchTrust(registry.address(), registry.trust.digest()))
                .isEqualTo(registry.trust);
        assertThatThrownBy(() -> MonitorClient.fetchTrust(registry.address(), "sha256:" + "0".repeat(64)))
                .isInstanceOf(Refusal.class);
    }

    private void rotate(TrustDocument next, SigningKey... signers) {
        registry.files.put(
                "v1/trust/" + next.version(), next.sign(List.of(signers)).toBytes());
    }

    private static void refused(MonitorClient monitor, Reason reason) {
        assertThatThrownBy(monitor::refresh)
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.reason()).as(r.getMessage()).isEqualTo(reason));
    }

    private MonitorClient monitor(Instant now) {
        return new MonitorClient(new MonitorOptions("test-monitor", registry.address(), "stable", registry.trust, state)
                .at(Clock.fixed(now, ZoneOffset.UTC)));
    }
}
