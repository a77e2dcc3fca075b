package io.concordance.registry.study;

import io.concordance.contracts.study.Study;
import io.concordance.registry.study.CaptureStage.Jobs;
import io.concordance.registry.study.CaptureStage.SteeredJobs;
import io.concordance.registry.study.peer.DictionaryRun;
import io.concordance.registry.study.peer.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Orders the dictionary as soon as the learning jobs are accepted, then follows its run. */
final class DictionaryStage implements StageWork {
    private static final String UNIT = "steps";

    private final Peers peers;
    private final SteeringDirections directions;

    DictionaryStage(Peers peers, StudyObjects objects) {
        this.peers = peers;
        this.directions = new SteeringDirections(objects);
    }

    /**
     * A run and, once it completed, its dictionary.
     *
     * @param tokens rows trained on, counting every epoch
     * @param features features that the run announced
     */
    record Trained(
            String run,
            @Nullable String digest,
            @Nullable String objectPrefix,
            long tokens,
            int features,
            DictionaryRun.@Nullable Metrics metrics) {

        String dictionary() {
            if (digest == null) {
                throw new IllegalStateException("run " + run + " has no dictionary yet");
            }
            return digest;
        }
    }

    @Override
    public StageName name() {
        return StageName.DICTIONARY;
    }

    @Override
    public boolean ready(StudyRun run) {
        return run.step(StageName.CAPTURE).output() != null;
    }

    @Override
    public StageResult attempt(StudyRun run, ProgressSink progress) {
        Optional<Trained> known = run.output(StageName.DICTIONARY, Trained.class);
        if (known.isEmpty()) {
            String id = submit(run);
            return follow(id).keeping(new Trained(id, null, null, 0, 0, null));
        }
        return follow(known.get().run());
    }

    private String submit(StudyRun run) {
        Study study = run.order().study();
        Study.DictionarySpec spec = study.dictionary();
        Jobs jobs = run.result(StageName.CAPTURE, Jobs.class);
        return peers.submit(
                        new DictionaryRun.Order(
                                study.name(),
                                jobs.learning(),
                                jobs.hook(),
                                spec.width(),
                                spec.k(),
                                spec.activation(),
                                spec.tokens(),
                                spec.seed(),
                                null,
                                input(run.order(), jobs)),
                        run.key("dictionary"))
                .id();
    }

    private DictionaryRun.@Nullable Input input(StudyOrder order, Jobs jobs) {
        List<DictionaryRun.Without> without = new ArrayList<>();
        for (Study.Arm arm : order.steeredArms()) {
            SteeredJobs of = jobs.steeredArms().stream()
                    .filter(captured -> captured.arm().equals(arm.name()))
                    .findFirst()
                    .orElseThrow();
            without.add(new DictionaryRun.Without(
                    of.steered(),
                    directions.of(arm).stream().map(DictionaryStage::values).toList(),
                    new DictionaryRun.Unsteered(of.unsteered(), arm.name())));
        }
        return without.isEmpty() ? null : new DictionaryRun.Input(without, null);
    }

    private static List<Double> values(float[] direction) {
        List<Double> values = new ArrayList<>();
        for (float value : direction) {
            values.add((double) value);
        }
        return values;
    }

    private StageResult follow(String id) {
        DictionaryRun run = peers.dictionaryRun(id);
        if (run.ended() && !run.completed()) {
            String problem = run.problem();
            throw new StudyFailure(
                    "dictionary run " + id + " is " + run.state() + (problem == null ? "" : ": " + problem));
        }
        if (run.completed() && run.digest() != null) {
            return StageResult.completed(
                    run.steps(),
                    UNIT,
                    note(run),
                    new Trained(id, run.digest(), run.objectPrefix(), run.tokens(), run.features(), run.metrics()));
        }
        return StageResult.waiting(run.step(), run.steps(), UNIT, note(run));
    }

    private static @Nullable String note(DictionaryRun run) {
        DictionaryRun.Metrics metrics = run.metrics();
        return metrics == null || run.step() == 0 ? null : String.format(Locale.ROOT, "FVU %.4f", metrics.fvu());
    }
}
