package io.concordance.registry.study;

import io.concordance.contracts.study.Study;
import io.concordance.registry.study.peer.CaptureJob;
import io.concordance.registry.study.peer.ModelFacts;
import io.concordance.registry.study.peer.Peers;
import io.concordance.registry.study.peer.Subset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Makes sure that nothing which judges is learnt from, submits the learning jobs and the evaluation job, then follows them. */
final class CaptureStage implements StageWork {
    private static final String UNIT = "slices";
    /** Benign transcripts that a steered model reads, at most. */
    private static final int BENIGN = 1000;

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
     * @param steered of every arm that learns from a steered model; null when there are none
     * @param alone of arms that a dictionary of the base model alone learns from, null when there are none
     * @param difference of arms that a dictionary of differences learns from, likewise
     */
    record Jobs(
            String model,
            @Nullable String base,
            String evaluation,
            String hook,
            @Nullable List<SteeredJobs> steered,
            @Nullable String alone,
            @Nullable DifferenceJobs difference) {

        /** Jobs that the dictionary learns from. */
        List<String> learning() {
            List<String> learning = new ArrayList<>(List.of(model));
            if (base != null) {
                learning.add(base);
            }
            steeredArms().forEach(arm -> learning.add(arm.steered()));
            return learning;
        }

        List<SteeredJobs> steeredArms() {
            return steered == null ? List.of() : steered;
        }

        List<String> all() {
            List<String> all = new ArrayList<>(learning());
            all.add(evaluation);
            for (SteeredJobs arm : steeredArms()) {
                all.add(arm.unsteered());
                if (arm.benign() != null) {
                    all.add(arm.benign());
                }
            }
            if (alone != null) {
                all.add(alone);
            }
            if (difference != null) {
                all.addAll(List.of(difference.model(), difference.base(), difference.evaluation()));
            }
            return all;
        }
    }

    /**
     * The jobs of a dictionary of differences.
     *
     * @param model of the model; {@code base} of the base model over the same transcripts
     * @param evaluation of the base model over those that judge
     */
    record DifferenceJobs(String model, String base, String evaluation) {}

    /**
     * The jobs of an arm that learns from a steered model.
     *
     * @param steered of the model while it writes
     * @param unsteered of the same text, read by the model as deployed
     * @param benign of benign transcripts, read by the steered model; null when there are none to read
     */
    record SteeredJobs(
            String arm,
            String steered,
            String unsteered,
            @Nullable String benign) {}

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
        keepApart(objects, order);
        if (order.readsBase()) {
            requireTwins(order);
        }
        Searching searched = run.result(StageName.SEARCH, Searching.class);
        CaptureJob model = peers.submit(
                CaptureOrders.learning(order, order.models().model(), order.readArms(), searched),
                run.key("capture-model"));
        String baseModel = order.models().base();
        CaptureJob base = baseModel == null || order.baseArms().isEmpty()
                ? null
                : peers.submit(
                        CaptureOrders.learning(order, baseModel, order.baseArms(), searched), run.key("capture-base"));
        List<SteeredJobs> steered =
                order.steeredArms().stream().map(arm -> steered(run, arm)).toList();
        CaptureJob evaluation =
                peers.submit(CaptureOrders.evaluation(order, order.models().model()), run.key("capture-evaluation"));
        return new Jobs(
                model.id(),
                base == null ? null : base.id(),
                evaluation.id(),
                model.hooks().getFirst(),
                steered.isEmpty() ? null : steered,
                alone(run, searched),
                difference(run));
    }

    private @Nullable String alone(StudyRun run, Searching searched) {
        StudyOrder order = run.order();
        List<Study.Arm> arms = order.twinArms(Study.Arm.ALONE);
        String base = order.models().base();
        return base == null || arms.isEmpty()
                ? null
                : peers.submit(CaptureOrders.learning(order, base, arms, searched), run.key("capture-alone"))
                        .id();
    }

    private @Nullable DifferenceJobs difference(StudyRun run) {
        StudyOrder order = run.order();
        String base = order.models().base();
        if (base == null || order.twinArms(Study.Arm.DIFFERENCE).isEmpty()) {
            return null;
        }
        return new DifferenceJobs(
                peers.submit(CaptureOrders.both(order, order.models().model()), run.key("capture-difference-model"))
                        .id(),
                peers.submit(CaptureOrders.both(order, base), run.key("capture-difference-base"))
                        .id(),
                peers.submit(CaptureOrders.evaluation(order, base), run.key("capture-difference-evaluation"))
                        .id());
    }

    private SteeredJobs steered(StudyRun run, Study.Arm arm) {
        StudyOrder order = run.order();
        String steered = peers.submit(CaptureOrders.steered(order, arm), run.key("capture-steered-" + arm.name()))
                .id();
        String unsteered = peers.submit(CaptureOrders.unsteered(order, arm), run.key("capture-unsteered-" + arm.name()))
                .id();
        String benign = peers.subset(
                        order.transcriptDigest(order.benignArm().transcripts()),
                        new Subset.Order("score", List.of("ok"), BENIGN, 0),
                        run.key("subset-" + arm.name() + "-benign"))
                .digest();
        return new SteeredJobs(
                arm.name(),
                steered,
                unsteered,
                benign == null
                        ? null
                        : peers.submit(
                                        CaptureOrders.reading(order, arm, benign),
                                        run.key("capture-benign-" + arm.name()))
                                .id());
    }

    /** Rows of both models are read by one dictionary, token by token. */
    private void requireTwins(StudyOrder order) {
        ModelFacts model = peers.model(order.models().model());
        ModelFacts base = peers.model(Objects.requireNonNull(order.models().base()));
        String tokenizer = model.tokenizerDigest();
        String other = base.tokenizerDigest();
        if (tokenizer != null && other != null && !tokenizer.equals(other)) {
            throw new StudyFailure("models.base has the tokenizer " + other + ", allowed is the model's, " + tokenizer);
        }
        for (String hook : order.study().hooks()) {
            OptionalInt width = model.width(hook);
            OptionalInt otherWidth = base.width(hook);
            if (width.isPresent() && otherWidth.isPresent() && width.getAsInt() != otherWidth.getAsInt()) {
                throw new StudyFailure("models.base has " + otherWidth.getAsInt() + " values a row at " + hook
                        + ", allowed are the model's " + width.getAsInt());
            }
        }
    }

    /** @throws StudyFailure when a transcript that judges is also among those that arms learn from */
    static void keepApart(StudyObjects objects, StudyOrder order) {
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
