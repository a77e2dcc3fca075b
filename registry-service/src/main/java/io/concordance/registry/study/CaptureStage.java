package io.concordance.registry.study;

import io.concordance.registry.study.peer.CaptureJob;
import io.concordance.registry.study.peer.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes sure that nothing which judges is learnt from, submits the learning jobs and the evaluation job, then follows them. */
final class CaptureStage implements StageWork {
    private static final String UNIT = "slices";

    private final Peers peers;
    private final StudyObjects objects;

    CaptureStage(Peers peers, StudyObjects objects) {
        this.peers = peers;
        this.objects = objects;
    }

    /**
     * The jobs of a study.
     *
     * @param base id of the job over base-model arms, null when there are none
     * @param hook canonical name of the hook point that the dictionary learns at
     */
    record Jobs(String model, @Nullable String base, String evaluation, String hook) {

        /** Jobs that the dictionary learns from. */
        List<String> learning() {
            return base == null ? List.of(model) : List.of(model, base);
        }

        List<String> all() {
            List<String> all = new ArrayList<>(learning());
            all.add(evaluation);
            return all;
        }
    }

    @Override
    public StageName name() {
        return StageName.CAPTURE;
    }

    @Override
    public StageResult attempt(StudyRun run, ProgressSink progress) {
        Optional<Jobs> jobs = run.output(StageName.CAPTURE, Jobs.class);
        if (jobs.isEmpty()) {
            Jobs submitted = submit(run);
            return follow(submitted).keeping(submitted);
        }
        return follow(jobs.get());
    }

    private Jobs submit(StudyRun run) {
        StudyOrder order = run.order();
        keepApart(order);
        CaptureJob model = peers.submit(
                CaptureOrders.learning(order, order.models().model(), order.modelArms()), run.key("capture-model"));
        String baseModel = order.models().base();
        CaptureJob base = baseModel == null || order.baseArms().isEmpty()
                ? null
                : peers.submit(CaptureOrders.learning(order, baseModel, order.baseArms()), run.key("capture-base"));
        CaptureJob evaluation = peers.submit(CaptureOrders.evaluation(order), run.key("capture-evaluation"));
        return new Jobs(
                model.id(),
                base == null ? null : base.id(),
                evaluation.id(),
                model.hooks().getFirst());
    }

    private void keepApart(StudyOrder order) {
        String judging = order.transcriptDigest(order.study().evaluate().transcripts());
        List<String> learning = order.study().arms().stream()
                .map(arm -> order.transcriptDigest(arm.transcripts()))
                .distinct()
                .toList();
        objects.shared(judging, learning).ifPresent(shared -> {
            throw new StudyFailure("transcript " + shared.transcript() + " of " + shared.file()
                    + ", which arms learn from, is also among those that judge, " + judging);
        });
    }

    private StageResult follow(Jobs submitted) {
        long done = 0;
        long total = 0;
        long tokens = 0;
        boolean completed = true;
        for (String id : submitted.all()) {
            CaptureJob job = peers.captureJob(id);
            if (job.ended() && !job.completed()) {
                String problem = job.problem();
                throw new StudyFailure(
                        "capture job " + id + " is " + job.state() + (problem == null ? "" : ": " + problem));
            }
            done += job.slices().done();
            total += job.slices().total();
            tokens += job.tokens();
            completed &= job.completed();
        }
        String note = String.format(Locale.ROOT, "%,d tokens", tokens);
        return completed
                ? StageResult.completed(total, UNIT, note, submitted)
                : StageResult.waiting(done, total, UNIT, note);
    }
}
