package io.concordance.interp.shift;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.analysis.Recall;
import io.concordance.interp.captured.CapturedJob;
import io.concordance.interp.captured.CapturedShard;
import io.concordance.interp.captured.PostgresCaptured;
import io.concordance.kit.store.ObjectStoreException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes shift tests from step to step. Each step is stored before the next, and repeating one does what it did before: the
 * plan follows from the evidence, transcripts from the plan, and capture knows a repeated request by its key.
 */
@ApplicationScoped
class ShiftWorker {
    private static final Logger LOG = Logger.getLogger(ShiftWorker.class);
    private static final String ARM = "shift";
    private static final long PAUSE_MILLIS = 500;
    private static final long PAUSE_AFTER_TROUBLE_MILLIS = 2000;
    private static final long STOP_MILLIS = 4000;
    private static final int SURPRISES = 5;

    private final PostgresShiftTests tests;
    private final Recall recall;
    private final PostgresCaptured captured;
    private final CaptureClient capture;
    private final Map<UUID, Integer> surprises = new HashMap<>();
    private @Nullable Thread thread;

    ShiftWorker(PostgresShiftTests tests, Recall recall, PostgresCaptured captured, CaptureClient capture) {
        this.tests = tests;
        this.recall = recall;
        this.captured = captured;
        this.capture = capture;
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofPlatform().daemon().name("shift-tests").start(this::loop);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        if (thread != null) {
            thread.interrupt();
            thread.join(STOP_MILLIS);
        }
    }

    private void loop() {
        try {
            while (true) {
                Thread.sleep(round() ? PAUSE_MILLIS : PAUSE_AFTER_TROUBLE_MILLIS);
            }
        } catch (InterruptedException e) {
            LOG.debug("stopped");
        }
    }

    /** One step of every test; false when something was out of reach. */
    private boolean round() throws InterruptedException {
        boolean smooth = true;
        try {
            for (ShiftOrder order : tests.open()) {
                smooth &= step(order);
            }
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LOG.warnf("shift tests wait: %s", e);
            return false;
        }
        return smooth;
    }

    private boolean step(ShiftOrder order) {
        try {
            recall.exclusively(order.analysis(), () -> tests.find(order.id()).ifPresent(this::go));
            return true;
        } catch (CaptureClient.Refused | FieldProblem e) {
            fail(order, String.valueOf(e.getMessage()));
            return true;
        } catch (CaptureClient.Unavailable e) {
            LOG.warnf("shift test %s waits: %s", order.id(), e.getMessage());
            return false;
        } catch (ObjectStoreException e) {
            if (e.getClass() == ObjectStoreException.class) {
                LOG.warnf("shift test %s waits: %s", order.id(), e.getMessage());
                return false;
            }
            fail(order, String.valueOf(e.getMessage()));
            return true;
        } catch (RuntimeException e) {
            if (Thread.currentThread().isInterrupted() || surprises.merge(order.id(), 1, Integer::sum) < SURPRISES) {
                throw e;
            }
            surprises.remove(order.id());
            LOG.errorf(e, "shift test %s failed", order.id());
            fail(order, "internal error, " + SURPRISES + " times in a row: " + e);
            return true;
        }
    }

    private void go(ShiftOrder order) {
        Recall.Subject subject = recall.subject(order.analysis()).orElseThrow();
        String job = order.job();
        switch (order.state()) {
            case WAITING -> plan(order, subject);
            case CAPTURING -> {
                if (job == null) {
                    submit(order, subject);
                } else {
                    read(order, subject, job);
                }
            }
            default -> {}
        }
    }

    private void plan(ShiftOrder order, Recall.Subject subject) {
        if (!subject.completed()) {
            return;
        }
        Dictionary dictionary = recall.dictionary(order.analysis());
        int[] features = order.features().stream().mapToInt(Integer::intValue).toArray();
        ShiftPlan plan = new ShiftPlanner(recall.evidence(order.analysis(), dictionary.features())).plan(features);
        if (plan.targets().isEmpty()) {
            fail(order, "none of the features has a window that could be put elsewhere");
            return;
        }
        tests.planned(order.id(), plan);
    }

    private void submit(ShiftOrder order, Recall.Subject subject) {
        byte[] transcripts = tests.plan(order.id()).transcripts(recall.text(order.analysis()));
        String digest = capture.upload(transcripts);
        String job = capture.submit(subject.model(), subject.hook(), ARM, digest, "shift-test/" + order.id());
        tests.accepted(order.id(), job);
        LOG.infof("shift test %s: %d readings in capture job %s", order.id(), order.documents(), job);
    }

    private void read(ShiftOrder order, Recall.Subject subject, String job) {
        Optional<CapturedJob> announced = captured.job(job);
        if (announced.isEmpty()
                || captured.sliceCount(job, subject.hook(), announced.get().slices())
                        < announced.get().slices()) {
            CaptureClient.Job now = capture.job(job);
            if (now.state().equals("failed") || now.state().equals("cancelled")) {
                fail(order, "capture job " + job + " " + now.state() + ": " + now.problem());
            }
            return;
        }
        ShiftPlan plan = tests.plan(order.id());
        ShiftReadings readings = new ShiftReadings(plan, recall.dictionary(order.analysis()));
        for (CapturedShard shard :
                captured.shards(job, subject.hook(), 0, announced.get().slices())) {
            recall.read(shard.object(), readings::read);
        }
        tests.complete(order, subject.dictionary(), plan, readings.findings(recall.seed()));
        LOG.infof("shift test %s: %d features", order.id(), plan.targets().size());
    }

    private void fail(ShiftOrder order, String problem) {
        LOG.warnf("shift test %s failed: %s", order.id(), problem);
        tests.fail(order.id(), problem);
    }
}
