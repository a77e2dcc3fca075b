package io.concordance.registry.study;

import io.concordance.contracts.study.Study;
import io.concordance.registry.study.peer.CaptureJob;
import io.concordance.registry.study.peer.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Submits the learning jobs and the evaluation job, then follows them. */
final class CaptureStage implements StageWork {
    private static final String LEARNING = "learning";
    private static final String EVALUATION = "evaluation";
    /** Name and kind of the one arm of an evaluation job. */
    private static final String DEPLOYMENT = "deployment";

    private static final String DTYPE = "fp16";
    private static final String UNIT = "slices";

    private final Peers peers;

    CaptureStage(Peers peers) {
        this.peers = peers;
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
        CaptureJob model = learning(run, order.models().model(), order.modelArms(), "capture-model");
        String baseModel = order.models().base();
        CaptureJob base = baseModel == null || order.baseArms().isEmpty()
                ? null
                : learning(run, baseModel, order.baseArms(), "capture-base");
        CaptureJob.Arm deployment = new CaptureJob.Arm(
                DEPLOYMENT,
                DEPLOYMENT,
                order.transcriptDigest(order.study().evaluate().transcripts()));
        CaptureJob evaluation = peers.submit(
                new CaptureJob.Order(
                        order.models().model(), order.study().hooks(), EVALUATION, DTYPE, List.of(deployment)),
                run.key("capture-evaluation"));
        return new Jobs(
                model.id(),
                base == null ? null : base.id(),
                evaluation.id(),
                model.hooks().getFirst());
    }

    private CaptureJob learning(StudyRun run, String model, List<Study.Arm> arms, String effect) {
        StudyOrder order = run.order();
        List<CaptureJob.Arm> captured = arms.stream()
                .map(arm -> new CaptureJob.Arm(arm.name(), arm.kind(), order.transcriptDigest(arm.transcripts())))
                .toList();
        return peers.submit(
                new CaptureJob.Order(model, order.study().hooks(), LEARNING, DTYPE, captured), run.key(effect));
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
