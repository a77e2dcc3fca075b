package io.concordance.interp.analysis;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.captured.PostgresCaptured;
import io.concordance.kit.loop.Loop;
import io.concordance.kit.loop.Loops;
import io.concordance.kit.store.ObjectStoreException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Works on running analyses, one at a time, oldest first, and has completed ones follow their jobs. What a dead process left running is simply running: whoever
 * claims it next goes on from what it last stored.
 */
@ApplicationScoped
class AnalysisWorker {
    private static final Logger LOG = Logger.getLogger(AnalysisWorker.class);
    private static final long PAUSE_MILLIS = 250;
    private static final long PAUSE_AFTER_TROUBLE_MILLIS = 2000;
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(4);
    /** Of the longest part of an analysis that reads no shard. */
    private static final Duration LIMIT = Duration.ofHours(2);

    private static final int SURPRISES = 5;

    private final Loops loops;
    private final PostgresAnalyses analyses;
    private final PostgresCaptured captured;
    private final AnalysisRun run;
    private final Extension extension;
    private final boolean follows;
    private final Map<UUID, Integer> surprises = new HashMap<>();
    private @Nullable Loop loop;

    AnalysisWorker(
            Loops loops,
            PostgresAnalyses analyses,
            PostgresCaptured captured,
            AnalysisRun run,
            Extension extension,
            AnalysisConfig config) {
        this.loops = loops;
        this.analyses = analyses;
        this.captured = captured;
        this.run = run;
        this.extension = extension;
        this.follows = config.follow();
    }

    void start(@Observes StartupEvent event) {
        loop = loops.forever("analyses", LIMIT, this::loop);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        if (loop != null) {
            loop.stop(STOP_PATIENCE);
        }
    }

    private Void loop() throws InterruptedException {
        while (true) {
            Thread.sleep(round() ? PAUSE_MILLIS : PAUSE_AFTER_TROUBLE_MILLIS);
            Loop.cameRound();
        }
    }

    /** Takes every running analysis as far as it goes; false when something was out of reach. */
    private boolean round() throws InterruptedException {
        boolean smooth = true;
        List<AnalysisTask> tasks;
        try {
            if (follows) {
                follow();
            }
            tasks = analyses.running();
        } catch (RuntimeException e) {
            LOG.warnf("analyses wait: %s", e);
            return false;
        }
        for (AnalysisTask task : tasks) {
            Loop.cameRound();
            try {
                if (!(Readiness.of(task, captured) instanceof Readiness.Waiting)) {
                    analyses.exclusively(task.id(), () -> work(task));
                }
            } catch (Fenced e) {
                LOG.warn(e.getMessage());
            } catch (RuntimeException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                LOG.warnf(e, "analysis %s: to be tried again", task.id());
                smooth = false;
            }
        }
        return smooth;
    }

    /** Completed analyses go on where their dictionary's jobs have gone on. */
    private void follow() {
        for (AnalysisTask task : analyses.outgrown()) {
            List<Addition> additions = extension.grown(task);
            if (!additions.isEmpty() && analyses.extend(task, additions)) {
                LOG.infof("analysis %s: goes on with %s", task.id(), additions);
            }
        }
    }

    /** The state is read again under the claim, because another process may have ended the analysis meanwhile. */
    private void work(AnalysisTask task) {
        if (analyses.find(task.id()).map(Analysis::ended).orElse(true)) {
            return;
        }
        switch (Readiness.of(task, captured)) {
            case Readiness.Waiting waiting -> {}
            case Readiness.Refused refused -> fail(task, refused.problem());
            case Readiness.Ready ready -> run(task, ready);
        }
    }

    private void run(AnalysisTask task, Readiness.Ready ready) {
        try {
            run.run(task, ready);
        } catch (FieldProblem e) {
            fail(task, String.valueOf(e.getMessage()));
        } catch (ObjectStoreException e) {
            // The class itself says that the store could not be asked; its subclasses are verdicts.
            if (e.getClass() == ObjectStoreException.class) {
                throw e;
            }
            fail(task, String.valueOf(e.getMessage()));
        } catch (Fenced e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped", e);
        } catch (RuntimeException e) {
            if (!Thread.currentThread().isInterrupted() && surprises.merge(task.id(), 1, Integer::sum) >= SURPRISES) {
                surprises.remove(task.id());
                LOG.errorf(e, "analysis %s failed", task.id());
                fail(task, "internal error, " + SURPRISES + " times in a row: " + e);
            } else {
                throw e;
            }
        }
    }

    private void fail(AnalysisTask task, String problem) {
        LOG.warnf("analysis %s failed: %s", task.id(), problem);
        analyses.fail(task.id(), problem);
    }
}
