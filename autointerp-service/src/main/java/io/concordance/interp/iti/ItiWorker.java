package io.concordance.interp.iti;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.statistics.PairedDifference;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.interp.analysis.Recall;
import io.concordance.interp.captured.CapturedShard;
import io.concordance.interp.iti.ItiOrder.Hook;
import io.concordance.interp.iti.ItiRun.Progress;
import io.concordance.interp.iti.ItiRun.State;
import io.concordance.interp.judge.ReadingQueue;
import io.concordance.interp.probe.HeadProbe;
import io.concordance.interp.probe.HeadProbes;
import io.concordance.interp.recapture.CaptureClient;
import io.concordance.interp.recapture.RecapturedShards;
import io.concordance.interp.recapture.Steps;
import io.concordance.interp.recapture.StoredTranscripts;
import io.concordance.kit.loop.Loops;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Takes trials from turn to turn, a capture job each. What a turn found is stored before the next one begins, and capture
 * knows a repeated request by its key, so a trial that is interrupted ends with the same answers.
 */
@ApplicationScoped
class ItiWorker implements Steps.Orders {
    private static final String JUDGE = "text";

    private final PostgresItiRuns runs;
    private final ItiJobs jobs;
    private final CaptureClient capture;
    private final RecapturedShards shards;
    private final StoredTranscripts files;
    private final ReadingQueue queue;
    private final Recall recall;
    private final Steps steps;

    ItiWorker(
            PostgresItiRuns runs,
            ItiJobs jobs,
            CaptureClient capture,
            RecapturedShards shards,
            StoredTranscripts files,
            ReadingQueue queue,
            Recall recall) {
        this.runs = runs;
        this.jobs = jobs;
        this.capture = capture;
        this.shards = shards;
        this.files = files;
        this.queue = queue;
        this.recall = recall;
        this.steps = new Steps("inference-time intervention", recall, this);
    }

    void start(@Observes StartupEvent event, Loops loops) {
        steps.start(loops);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        steps.stop();
    }

    @Override
    public List<Steps.Order> open() {
        return runs.open().stream().map(id -> new Steps.Order(id, id)).toList();
    }

    @Override
    public void fail(UUID id, String problem) {
        runs.fail(id, problem);
    }

    @Override
    public void step(UUID id) {
        ItiRun run = runs.find(id).orElseThrow();
        String job = run.job();
        if (job == null) {
            runs.accepted(id, run.turn(), jobs.submit(run));
            return;
        }
        ItiOrder order = run.order();
        switch (run.state()) {
            case PROBING ->
                probes(job, order, order.hooks(), order.labelled())
                        .ifPresent(ranked ->
                                next(run, State.SWEEPING, run.progress().probed(ranked)));
            case SWEEPING -> capture.outcome(job).ifPresent(outcome -> swept(run, outcome));
            case COMPARING -> capture.outcome(job).ifPresent(outcome -> compared(run, outcome));
            case STYLE_PROBING -> {
                ItiOrder.StyleOnly style = Objects.requireNonNull(order.styleOnly());
                probes(job, order, style.hooks(), style.labelled())
                        .ifPresent(ranked ->
                                next(run, State.STYLE_COMPARING, run.progress().styleProbed(ranked)));
            }
            case STYLE_COMPARING ->
                capture.outcome(job).ifPresent(outcome -> {
                    Map<String, Told> base = told(order, outcome, Arms.BASE);
                    end(run, run.progress(), ArmOutcome.over(told(order, outcome, Arms.ITI), base));
                });
            default -> {}
        }
    }

    private void next(ItiRun run, State state, Progress progress) {
        runs.next(run.id(), run.turn(), state, progress);
    }

    /** Empty until all shards of all hooks are known. */
    private Optional<List<HeadProbe>> probes(String job, ItiOrder order, List<Hook> hooks, String labelled) {
        Map<Hook, List<CapturedShard>> found = new LinkedHashMap<>();
        for (Hook hook : hooks) {
            Optional<List<CapturedShard>> own = shards.of(job, hook.name());
            if (own.isEmpty()) {
                return Optional.empty();
            }
            found.put(hook, own.get());
        }
        Map<String, String> groups = new HashMap<>();
        for (Transcript transcript : files.read("labelled", labelled, ItiRequests.MOST_TRANSCRIPTS)) {
            groups.put(transcript.id(), transcript.tags().getOrDefault("group", ItiRequests.words(transcript)));
        }
        List<HeadProbe> probes = new ArrayList<>();
        found.forEach((hook, own) -> {
            HeadProbes heads = new HeadProbes(hook.name(), hook.heads(), hook.width(), order.read(), order.seed());
            for (CapturedShard shard : own) {
                recall.read(shard.object(), file -> heads.add(file, id -> groups.getOrDefault(id, id)));
            }
            probes.addAll(heads.fit());
        });
        return Optional.of(HeadProbes.ranked(probes));
    }

    private void swept(ItiRun run, CaptureClient.Outcome outcome) {
        ItiOrder order = run.order();
        Progress progress = run.progress();
        List<Setting> settings = Sweep.settings(order.heads(), order.alphas());
        List<Sweep.Cell> cells = new ArrayList<>(progress.cells());
        Map<String, Told> base = cells.isEmpty() ? told(order, outcome, ItiJobs.BASE) : progress.calibrationBase();
        CaptureClient.Loss loss = Objects.requireNonNull(outcome.losses().get(ItiJobs.COST));
        cells.add(new Sweep.Cell(
                settings.get(cells.size()),
                ArmOutcome.of(Arms.ITI, told(order, outcome, ItiJobs.SHIFTED), base),
                new Sweep.Cost(loss.tokens(), loss.ceClean(), loss.cePatched(), loss.kl())));
        if (cells.size() < settings.size()) {
            next(run, State.SWEEPING, progress.swept(base, cells, null));
            return;
        }
        Setting chosen = Sweep.choose(cells, order.mostKl())
                .orElseThrow(() -> new FieldProblem(
                        "mostKl",
                        order.mostKl(),
                        "at least what the cheapest setting costs, "
                                + cells.stream()
                                        .mapToDouble(cell -> cell.cost().kl())
                                        .min()
                                        .orElseThrow() + " nats a token"))
                .setting();
        next(run, State.COMPARING, progress.swept(base, cells, chosen));
    }

    private void compared(ItiRun run, CaptureClient.Outcome outcome) {
        Map<String, Map<String, Told>> told = new LinkedHashMap<>();
        outcome.written().keySet().stream().sorted().forEach(arm -> told.put(arm, told(run.order(), outcome, arm)));
        Progress progress = run.progress().compared(told, outcome.written());
        if (run.order().styleOnly() != null) {
            next(run, State.STYLE_PROBING, progress);
        } else {
            end(run, progress, null);
        }
    }

    private void end(ItiRun run, Progress progress, @Nullable PairedDifference styleGain) {
        TruthName name = TruthName.of(progress.told(), styleGain);
        next(run, State.COMPLETED, progress.named(name, queued(run, progress)));
    }

    /** Puts random pairs of base and shifted answers before people; again, it is the same queue. */
    private ItiRun.Reading queued(ItiRun run, Progress progress) {
        ItiOrder order = run.order();
        UUID id = UUID.nameUUIDFromBytes(("reading of " + run.id()).getBytes(StandardCharsets.UTF_8));
        List<String> ids = Arms.answers(progress.told(), Arms.BASE).keySet().stream()
                .sorted(Comparator.comparingLong((String prompt) -> DocumentSplit.key(order.seed(), prompt)))
                .limit(order.pairs())
                .toList();
        Map<String, String> arms = new LinkedHashMap<>();
        Map<String, Map<String, Boolean>> verdicts = new HashMap<>();
        for (String arm : List.of(Arms.BASE, Arms.ITI)) {
            List<Transcript> answers =
                    files.read("evaluation", progress.written().get(arm), ItiRequests.MOST_PROMPTS).stream()
                            .filter(transcript -> ids.contains(transcript.id()))
                            .toList();
            arms.put(arm, jobs.upload(answers));
            Map<String, Boolean> said = new HashMap<>();
            Map<String, Told> told = Arms.answers(progress.told(), arm);
            answers.forEach(answer -> said.put(
                    answer.id(), Objects.requireNonNull(told.get(answer.id())).truthfulAndInformative()));
            verdicts.put(arm, said);
        }
        queue.open(
                id, "inference-time intervention " + run.id(), order.question(), arms, JUDGE, verdicts, order.seed());
        return new ItiRun.Reading(id, List.of(Arms.BASE, Arms.ITI), ids.size());
    }

    private Map<String, Told> told(ItiOrder order, CaptureClient.Outcome outcome, String arm) {
        Map<String, Told> told = new LinkedHashMap<>();
        for (Transcript written : files.read(arm, outcome.written().get(arm), ItiRequests.MOST_PROMPTS)) {
            told.put(written.id(), Told.of(written.spans().getLast().text(), written.tags(), order.hedges()));
        }
        return told;
    }
}
