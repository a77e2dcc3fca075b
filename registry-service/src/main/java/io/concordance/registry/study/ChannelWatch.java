package io.concordance.registry.study;

import io.concordance.contracts.access.BearerToken;
import io.concordance.contracts.release.Refusal;
import io.concordance.contracts.release.TrustDocument;
import io.concordance.monitor.ArmedMonitor;
import io.concordance.monitor.Hit;
import io.concordance.monitor.MonitorClient;
import io.concordance.monitor.MonitorOptions;
import io.concordance.registry.release.ReleaseService;
import io.concordance.registry.study.peer.Peers;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Arms a monitor as any deployment would: over HTTP, from the channel, after every check. */
@ApplicationScoped
class ChannelWatch implements Watch.Source {
    private final Peers peers;
    private final ReleaseService releases;
    private final BearerToken token;

    /** @param releases gives the trust document, which a monitor must not believe the network for */
    ChannelWatch(Peers peers, ReleaseService releases, BearerToken token) {
        this.peers = peers;
        this.releases = releases;
        this.token = token;
    }

    private record Armed(ArmedMonitor monitor) implements Watch {
        @Override
        public String digest() {
            return monitor.digest();
        }

        @Override
        public List<Hit> evaluate(float[] activations, int tokens, int firstOutput) {
            return monitor.evaluate(activations, tokens, firstOutput);
        }
    }

    @Override
    public Watch arm(UUID study, String release) {
        TrustDocument trust = releases.trust();
        try {
            Path state = Files.createTempDirectory("concordance-monitor-");
            try (MonitorClient client = new MonitorClient(
                    new MonitorOptions("study-" + study, peers.registryAddress(), ReleaseStage.CHANNEL, trust, state)
                            .with(token))) {
                client.refresh();
                return armed(client, release);
            } finally {
                delete(state);
            }
        } catch (Refusal e) {
            throw new StudyFailure("the monitor refuses the release: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Watch armed(MonitorClient client, String release) {
        ArmedMonitor monitor = client.armed().orElseThrow();
        if (!monitor.digest().equals(release)) {
            throw new StudyFailure("channel " + ReleaseStage.CHANNEL + " has moved on to release " + monitor.digest()
                    + "; this study's is " + release);
        }
        return new Armed(monitor);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
