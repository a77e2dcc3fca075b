package io.concordance.trainer.dictionary;

import io.concordance.kit.loop.Loop;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Signs of life of one held run, given beside the training itself, which may take long over one step. */
final class Pulse implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Pulse.class);

    private final ClaimedRun run;
    private final PostgresTrainingLease lease;
    private final ScheduledThreadPoolExecutor timer;
    private final ScheduledFuture<?> beats;
    private volatile boolean lost;

    Pulse(ClaimedRun run, PostgresTrainingLease lease, Duration every) {
        this.run = run;
        this.lease = lease;
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("pulse-" + run.id()).factory());
        this.beats = timer.scheduleAtFixedRate(this::beat, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void beat() {
        try {
            lease.heartbeat(run);
        } catch (LeaseLost e) {
            lost = true;
        } catch (Error e) {
            lost = true;
            throw e;
        } catch (RuntimeException e) {
            // The lease runs out by itself when the database stays away; until then training goes on.
            LOG.warnf("no sign of life for run %s: %s", run.id(), e.getMessage());
        }
    }

    /**
     * @throws LeaseLost when the last sign of life was refused
     */
    void check() {
        Loop.cameRound();
        if (lost) {
            throw new LeaseLost(run.id(), run.epoch());
        }
    }

    @Override
    public void close() {
        beats.cancel(false);
        timer.shutdownNow();
    }
}
