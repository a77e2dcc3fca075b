package io.concordance.registry.study;

import io.concordance.kit.loop.Loop;
import io.concordance.kit.loop.Loops;
import io.concordance.registry.study.PostgresStudyLease.Lease;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Carries every unfinished study, one virtual thread each, while this instance holds the lease. */
@ApplicationScoped
class StudyWorker {
    private static final Logger LOG = Logger.getLogger(StudyWorker.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration WAIT = Duration.ofMillis(300);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);
    private static final int FAULTS = 20;

    private final Loops loops;
    private final PostgresStudyLease leases;
    private final StudyRepository studies;
    private final StudyProcess process;
    private final Map<UUID, Thread> drivers = new ConcurrentHashMap<>();
    private final Semaphore awake = new Semaphore(0);
    private volatile boolean stopped;
    private volatile boolean leading;

    StudyWorker(Loops loops, PostgresStudyLease leases, StudyRepository studies, StudyStages stages) {
        this.loops = loops;
        this.leases = leases;
        this.studies = studies;
        this.process = stages.process();
    }

    void start(@Observes StartupEvent event) {
        loops.forever("studies", LIMIT, this::lead);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopped = true;
        awake.release();
        for (Thread driver : drivers.values()) {
            driver.interrupt();
            driver.join(LONGEST_WAIT);
        }
    }

    /** There is a new study. It would be found without this call within half a second. */
    void wake() {
        awake.release();
    }

    private @Nullable Void lead() throws InterruptedException {
        while (!stopped) {
            try {
                Optional<Lease> lease = leases.tryAcquire();
                if (lease.isPresent()) {
                    leadWhile(lease.get());
                }
            } catch (RuntimeException e) {
                LOG.warnf("Studies wait: %s", e);
            }
            pause(LOOK);
        }
        return null;
    }

    private void leadWhile(Lease lease) throws InterruptedException {
        try (lease) {
            leading = true;
            while (!stopped && lease.held()) {
                for (UUID id : studies.running()) {
                    drivers.computeIfAbsent(
                            id,
                            study -> Thread.ofVirtual()
                                    .name("study-" + study)
                                    .start(loops.guarding("study-" + study, () -> drive(study))));
                }
                pause(LOOK);
            }
        } finally {
            leading = false;
        }
    }

    private void pause(Duration most) throws InterruptedException {
        Loop.cameRound();
        if (awake.tryAcquire(most.toMillis(), TimeUnit.MILLISECONDS)) {
            awake.drainPermits();
        }
    }

    private void drive(UUID id) {
        try {
            long wait = WAIT.toMillis();
            int faults = 0;
            while (!stopped && leading) {
                StudyProcess.Pass pass = StudyProcess.Pass.UNAVAILABLE;
                try {
                    pass = process.advance(id);
                    faults = 0;
                } catch (RuntimeException e) {
                    LOG.warnf(e, "Study %s: an attempt failed", id);
                    if (++faults == FAULTS) {
                        process.fail(id, "the service failed " + FAULTS + " times: " + e);
                    }
                }
                switch (pass) {
                    case ENDED -> {
                        return;
                    }
                    case MOVED -> wait = WAIT.toMillis();
                    case WAITING -> {
                        wait = WAIT.toMillis();
                        Thread.sleep(wait);
                    }
                    case UNAVAILABLE -> {
                        Thread.sleep(wait);
                        wait = Math.min(2 * wait, LONGEST_WAIT.toMillis());
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            drivers.remove(id);
        }
    }
}
