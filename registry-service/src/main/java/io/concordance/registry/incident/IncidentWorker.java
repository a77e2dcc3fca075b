package io.concordance.registry.incident;

import io.concordance.kit.loop.Loop;
import io.concordance.kit.loop.Loops;
import io.concordance.registry.peer.PeerUnavailable;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Carries replays on, one step of each that waits a round. */
@ApplicationScoped
class IncidentWorker {
    private static final Logger LOG = Logger.getLogger(IncidentWorker.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final int MOST = 100;

    /** A step asks other services and reads a snapshot. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Replays replays;
    private @Nullable Loop loop;

    IncidentWorker(Replays replays) {
        this.replays = replays;
    }

    void start(@Observes StartupEvent event, Loops loops) {
        loop = loops.forever("incidents", LIMIT, this::run);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        if (loop != null) {
            loop.stop(LOOK);
        }
    }

    private Void run() throws InterruptedException {
        while (true) {
            round();
            Thread.sleep(LOOK);
            Loop.cameRound();
        }
    }

    private void round() {
        try {
            for (String id : replays.waiting(MOST)) {
                advance(id);
                Loop.cameRound();
            }
        } catch (RuntimeException e) {
            LOG.warnf("Replays of incidents wait: %s", e);
        }
    }

    private void advance(String id) {
        try {
            replays.advance(id);
        } catch (PeerUnavailable e) {
            LOG.debugf("Incident %s waits: %s", id, e.getMessage());
        } catch (RuntimeException e) {
            LOG.warnf(e, "Incident %s: a step failed and will be tried again", id);
        }
    }
}
