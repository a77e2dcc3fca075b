package io.concordance.interp.elicit;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.analysis.Recall;
import io.concordance.interp.captured.CapturedShard;
import io.concordance.interp.feature.FeatureReport;
import io.concordance.interp.recapture.CaptureClient;
import io.concordance.interp.recapture.RecapturedShards;
import io.concordance.interp.recapture.Steps;
import io.concordance.interp.recapture.TextFile;
import io.concordance.interp.vocabulary.Tokenizer;
import io.concordance.kit.loop.Loops;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Takes searches from round to round. A round's candidates are stored before capture is asked, capture knows a repeated
 * request by its key, and the next round follows from what was stored and what was read.
 */
@ApplicationScoped
class ElicitationWorker implements Steps.Orders {
    private static final Logger LOG = Logger.getLogger(ElicitationWorker.class);
    private static final String ARM = "elicited";

    private final PostgresElicitations elicitations;
    private final Recall recall;
    private final RecapturedShards shards;
    private final CaptureClient capture;
    private final Steps steps;

    ElicitationWorker(
            PostgresElicitations elicitations, Recall recall, RecapturedShards shards, CaptureClient capture) {
        this.elicitations = elicitations;
        this.recall = recall;
        this.shards = shards;
        this.capture = capture;
        this.steps = new Steps("elicitation", recall, this);
    }

    void start(@Observes StartupEvent event, Loops loops) {
        steps.start(loops);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        steps.stop();
    }

    @Override
    public List<Steps.Order> open() {
        return elicitations.open().stream()
                .map(order -> new Steps.Order(order.id(), order.analysis()))
                .toList();
    }

    @Override
    public void fail(UUID id, String problem) {
        elicitations.fail(id, problem);
    }

    @Override
    public void step(UUID id) {
        Elicitation order = elicitations.find(id).orElseThrow();
        Recall.Subject subject = recall.subject(order.analysis()).orElseThrow();
        String job = order.job();
        switch (order.state()) {
            case WAITING -> begin(order, subject);
            case SEARCHING -> {
                if (job == null) {
                    submit(order, subject);
                } else {
                    shards.of(job, subject.hook()).ifPresent(found -> read(order, subject, job, found));
                }
            }
            default -> {}
        }
    }

    private void begin(Elicitation order, Recall.Subject subject) {
        if (!subject.completed()) {
            return;
        }
        Tokenizer tokenizer = recall.tokenizer(order.analysis());
        int features = recall.dictionary(order.analysis()).features();
        List<FeatureReport> reports = elicitations.reports(subject.dictionary(), order.features());
        Search.All plan =
                new SearchPlanner(recall.evidence(order.analysis(), features), tokenizer.lead()).plan(reports);
        Proposals proposals = new Proposals(tokenizer, plan, order.budget(), order.seed(), 0);
        Search.All first = new Search.All(
                plan.texts(),
                plan.searches().stream()
                        .map(search -> proposals.with(search, new int[0], List.of()))
                        .toList());
        if (first.ended()) {
            throw new FieldProblem("budget", order.budget(), "enough for a text that the analysis has read");
        }
        elicitations.next(order.id(), order.round(), first);
    }

    private void submit(Elicitation order, Recall.Subject subject) {
        TextFile file = new TextFile();
        for (Search search : elicitations.search(order.id()).searches()) {
            for (int c = 0; c < search.candidates().size(); c++) {
                file.add(search.document(c), search.candidates().get(c).text());
            }
        }
        String digest = capture.upload(file.bytes());
        String key = "elicitation/" + order.id() + "/" + order.round();
        elicitations.accepted(
                order.id(), order.round(), capture.submit(subject.model(), subject.hook(), ARM, digest, key));
    }

    private void read(Elicitation order, Recall.Subject subject, String job, List<CapturedShard> found) {
        Search.All round = elicitations.search(order.id());
        Dictionary dictionary = recall.dictionary(order.analysis());
        Tokenizer tokenizer = recall.tokenizer(order.analysis());
        SearchReadings readings = new SearchReadings(round, dictionary, tokenizer.lead());
        for (CapturedShard shard : found) {
            recall.read(shard.object(), readings::read);
        }
        Proposals proposals = new Proposals(tokenizer, round, order.budget(), order.seed(), order.round());
        Search.All after = readings.after(round, job, order.seed(), order.round(), tokenizer, proposals);
        if (!after.ended()) {
            elicitations.next(order.id(), order.round(), after);
            return;
        }
        elicitations.complete(order, subject.dictionary(), after);
        LOG.infof(
                "elicitation %s: %d of %d features made to fire in %d rounds",
                order.id(),
                after.searches().stream().filter(s -> s.progress().fired()).count(),
                after.searches().size(),
                order.round());
    }
}
