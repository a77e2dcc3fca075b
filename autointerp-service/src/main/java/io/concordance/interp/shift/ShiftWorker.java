package io.concordance.interp.shift;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.analysis.Recall;
import io.concordance.interp.captured.CapturedShard;
import io.concordance.interp.recapture.CaptureClient;
import io.concordance.interp.recapture.RecapturedShards;
import io.concordance.interp.recapture.Steps;
import io.concordance.kit.loop.Loops;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Takes shift tests from step to step. Each step is stored before the next, and repeating one does what it did before: the
 * plan follows from the evidence, transcripts from the plan, and capture knows a repeated request by its key.
 */
@ApplicationScoped
class ShiftWorker implements Steps.Orders {
    private static final Logger LOG = Logger.getLogger(ShiftWorker.class);
    private static final String ARM = "shift";

    private final PostgresShiftTests tests;
    private final Recall recall;
    private final RecapturedShards shards;
    private final CaptureClient capture;
    private final Steps steps;

    ShiftWorker(PostgresShiftTests tests, Recall recall, RecapturedShards shards, CaptureClient capture) {
        this.tests = tests;
        this.recall = recall;
        this.shards = shards;
        this.capture = capture;
        this.steps = new Steps("shift test", recall, this);
    }

    void start(@Observes StartupEvent event, Loops loops) {
        steps.start(loops);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        steps.stop();
    }

    @Override
    public List<Steps.Order> open() {
        return tests.open().stream()
                .map(test -> new Steps.Order(test.id(), test.analysis()))
                .toList();
    }

    @Override
    public void step(UUID id) {
        ShiftOrder order = tests.find(id).orElseThrow();
        Recall.Subject subject = recall.subject(order.analysis()).orElseThrow();
        String job = order.job();
        switch (order.state()) {
            case WAITING -> plan(order, subject);
            case CAPTURING -> {
                if (job == null) {
                    submit(order, subject);
                } else {
                    shards.of(job, subject.hook()).ifPresent(found -> read(order, subject, found));
                }
            }
            default -> {}
        }
    }

    @Override
    public void fail(UUID id, String problem) {
        tests.fail(id, problem);
    }

    private void plan(ShiftOrder order, Recall.Subject subject) {
        if (!subject.completed()) {
            return;
        }
        Dictionary dictionary = recall.dictionary(order.analysis());
        int[] features = order.features().stream().mapToInt(Integer::intValue).toArray();
        int lead = recall.tokenizer(order.analysis()).lead();
        ShiftPlan plan =
                new ShiftPlanner(recall.evidence(order.analysis(), dictionary.features()), lead).plan(features);
        if (plan.targets().isEmpty()) {
            throw new FieldProblem("features", order.features(), "some with a window that could be put elsewhere");
        }
        tests.planned(order.id(), plan);
    }

    private void submit(ShiftOrder order, Recall.Subject subject) {
        byte[] transcripts = tests.plan(order.id()).transcripts(recall.tokenizer(order.analysis()));
        String digest = capture.upload(transcripts);
        String job = capture.submit(subject.model(), subject.hook(), ARM, digest, "shift-test/" + order.id());
        tests.accepted(order.id(), job);
        LOG.infof("shift test %s: %d readings in capture job %s", order.id(), order.documents(), job);
    }

    private void read(ShiftOrder order, Recall.Subject subject, List<CapturedShard> found) {
        ShiftPlan plan = tests.plan(order.id());
        ShiftReadings readings = new ShiftReadings(plan, recall.dictionary(order.analysis()));
        for (CapturedShard shard : found) {
            recall.read(shard.object(), readings::read);
        }
        tests.complete(order, subject.dictionary(), plan, readings.findings(recall.seed()));
        LOG.infof("shift test %s: %d features", order.id(), plan.targets().size());
    }
}
