package io.concordance.registry.study;

import io.concordance.registry.study.CaptureStage.Jobs;
import io.concordance.registry.study.Confirming.Arm;
import io.concordance.registry.study.Confirming.Chosen;
import io.concordance.registry.study.Confirming.Samples;
import io.concordance.registry.study.Confirming.Written;
import io.concordance.registry.study.DictionaryStage.Trained;
import io.concordance.registry.study.causal.Removals;
import io.concordance.registry.study.peer.CaptureJob;
import io.concordance.registry.study.peer.Peers;
import io.concordance.registry.study.peer.Subset;
import io.concordance.registry.study.peer.WritingOrder;
import io.concordance.registry.study.peer.WritingOrder.Action;
import io.concordance.registry.study.peer.WritingOrder.Generate;
import io.concordance.registry.study.peer.WritingOrder.Intervention;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Has the model write after bad prompts without the features that removal found, one by one, and without all that were
 * tried; and after clean ones with their decoder directions added, as strong as the features are where they fire.
 */
final class ConfirmWriting {
    static final String BAD = "bad";
    static final String CLEAN = "clean";
    static final String WITHOUT_ALL = "without-all";
    /** Features that the model writes with and without. */
    private static final int MOST = 3;
    /** Most tokens of a continuation; it ends with the action. */
    private static final int TOKENS = 24;

    private final Peers peers;

    ConfirmWriting(Peers peers) {
        this.peers = peers;
    }

    static String without(int feature) {
        return "without-" + feature;
    }

    static String with(int feature) {
        return "with-" + feature;
    }

    /** Submits the job, then follows it. */
    Arm step(StudyRun run, Arm arm, Samples samples, List<Chosen> chosen) {
        List<Chosen> best = Removals.alone(arm.removals()).stream()
                .filter(Removals.Removal::works)
                .limit(MOST)
                .map(removal -> removal.features().getFirst())
                .flatMap(feature -> chosen.stream().filter(c -> c.feature() == feature))
                .toList();
        if (best.isEmpty()) {
            return arm.written(List.of());
        }
        if (arm.writing() == null) {
            return arm.writing(peers.submit(order(run, arm, samples, best, chosen), run.key("writing-" + arm.name()))
                    .id());
        }
        CaptureJob job = peers.captureJob(arm.writing().job());
        if (!job.ended()) {
            return arm;
        }
        return job.completed()
                ? arm.written(counts(job.id()))
                : arm.insufficient("capture job " + job.id() + ": " + job.problem());
    }

    private WritingOrder order(StudyRun run, Arm arm, Samples samples, List<Chosen> best, List<Chosen> chosen) {
        String dictionary = run.result(StageName.DICTIONARY, Trained.class).dictionary();
        String hook = run.result(StageName.CAPTURE, Jobs.class).hook();
        String action = run.order().badText(arm.name());
        Generate generate = new Generate(TOKENS, List.of(action), new Action("text", action));
        String fresh = digest(samples.fresh());
        List<WritingOrder.Arm> arms = new ArrayList<>();
        List<Intervention> interventions = new ArrayList<>();
        arms.add(new WritingOrder.Arm(BAD, arm.kind(), fresh, null, generate));
        Subset clean = samples.clean() != null && samples.clean().documents() > 0 ? samples.clean() : null;
        if (clean != null) {
            arms.add(new WritingOrder.Arm(CLEAN, "benign", digest(clean), null, generate));
        }
        if (chosen.size() > 1) {
            List<Integer> all = chosen.stream().map(Chosen::feature).sorted().toList();
            interventions.add(Intervention.ablate(WITHOUT_ALL, hook, dictionary, all));
            arms.add(new WritingOrder.Arm(WITHOUT_ALL, "perturbed", fresh, List.of(WITHOUT_ALL), generate));
        }
        for (Chosen feature : best) {
            String without = without(feature.feature());
            interventions.add(Intervention.ablate(without, hook, dictionary, List.of(feature.feature())));
            arms.add(new WritingOrder.Arm(without, "perturbed", fresh, List.of(without), generate));
            if (clean != null && feature.activation() != null) {
                String with = with(feature.feature());
                interventions.add(Intervention.add(with, hook, dictionary, feature.feature(), feature.activation()));
                arms.add(new WritingOrder.Arm(with, "steered", digest(clean), List.of(with), generate));
            }
        }
        return new WritingOrder(run.order().models().model(), List.of(hook), "learning", "fp16", arms, interventions);
    }

    private List<Written> counts(String job) {
        List<Written> counts = new ArrayList<>();
        for (WritingOrder.WrittenArm arm : peers.written(job).arms()) {
            WritingOrder.Counts file = peers.transcripts(Objects.requireNonNull(arm.written()));
            counts.add(new Written(arm.name(), file.documents(), file.outcomes().bad()));
        }
        return counts;
    }

    static String digest(Subset subset) {
        return Objects.requireNonNull(subset.digest());
    }
}
