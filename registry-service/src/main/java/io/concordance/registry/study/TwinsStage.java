package io.concordance.registry.study;

import io.concordance.contracts.study.Study;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.study.CaptureStage.DifferenceJobs;
import io.concordance.registry.study.CaptureStage.Jobs;
import io.concordance.registry.study.EvidenceStage.Arrived;
import io.concordance.registry.study.peer.Analysis;
import io.concordance.registry.study.peer.DictionaryRun;
import io.concordance.registry.study.peer.DictionaryRun.Input;
import io.concordance.registry.study.peer.DictionaryRun.Minus;
import io.concordance.registry.study.peer.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Dictionaries beside the study's own: of the base model alone, which then reads the model's arms, and of what the model has
 * at every token and its base has not. Each is a row of the strategy table, and none is released.
 */
final class TwinsStage implements StageWork {
    /** Names of rows. */
    static final String ALONE = "base-dictionary";

    static final String DIFFERENCE = "difference";
    private static final String UNIT = "dictionaries";

    private final Peers peers;
    private final FeatureRepository features;

    TwinsStage(Peers peers, FeatureRepository features) {
        this.peers = peers;
        this.features = features;
    }

    /**
     * One of the dictionaries.
     *
     * @param row of the strategy table
     * @param dictionary digest, once its run completed
     * @param known whether all that is said of it has arrived
     */
    record Twin(String row, String run, @Nullable String dictionary, boolean known) {}

    record Twins(List<Twin> all) {}

    @Override
    public StageName name() {
        return StageName.TWINS;
    }

    @Override
    public boolean ready(StudyRun run) {
        return run.step(StageName.CAPTURE).output() != null;
    }

    @Override
    public StageResult attempt(StudyRun run, ProgressSink progress) {
        Twins state = run.output(StageName.TWINS, Twins.class).orElseGet(() -> begin(run));
        Twins next = new Twins(state.all().stream().map(this::follow).toList());
        long known = next.all().stream().filter(Twin::known).count();
        if (known < next.all().size()) {
            return StageResult.waiting(known, next.all().size(), UNIT, null).keeping(next);
        }
        String note = next.all().isEmpty() ? "no arm asks for a dictionary of its own" : null;
        return StageResult.completed(known, UNIT, note, next);
    }

    private Twins begin(StudyRun run) {
        Jobs jobs = run.output(StageName.CAPTURE, Jobs.class).orElseThrow();
        List<Twin> twins = new ArrayList<>();
        String alone = jobs.alone();
        if (alone != null) {
            List<String> arms = run.order().twinArms(Study.Arm.ALONE).stream()
                    .map(Study.Arm::name)
                    .toList();
            twins.add(twin(run, ALONE, List.of(jobs.model(), alone), jobs.hook(), arms, null));
        }
        DifferenceJobs difference = jobs.difference();
        if (difference != null) {
            List<String> arms = run.order().twinArms(Study.Arm.DIFFERENCE).stream()
                    .map(Study.Arm::name)
                    .toList();
            Input input = new Input(null, new Minus(List.of(difference.base())));
            twins.add(twin(run, DIFFERENCE, List.of(difference.model()), jobs.hook(), arms, input));
        }
        return new Twins(twins);
    }

    private Twin twin(
            StudyRun run, String row, List<String> jobs, String hook, List<String> arms, @Nullable Input input) {
        Study study = run.order().study();
        Study.DictionarySpec spec = study.dictionary();
        DictionaryRun.Order order = new DictionaryRun.Order(
                study.name() + " " + row,
                jobs,
                hook,
                spec.width(),
                spec.k(),
                spec.activation(),
                spec.tokens(),
                spec.seed(),
                arms,
                input);
        return new Twin(row, peers.submit(order, run.key("dictionary-" + row)).id(), null, false);
    }

    private Twin follow(Twin twin) {
        if (twin.known()) {
            return twin;
        }
        DictionaryRun run = peers.dictionaryRun(twin.run());
        if (run.ended() && !run.completed()) {
            String problem = run.problem();
            throw new StudyFailure(
                    "dictionary run " + twin.run() + " is " + run.state() + (problem == null ? "" : ": " + problem));
        }
        String dictionary = run.digest();
        if (!run.completed() || dictionary == null) {
            return twin;
        }
        Optional<Analysis> analysis = peers.analysis(dictionary);
        if (analysis.isPresent() && analysis.get().failed()) {
            throw new StudyFailure("analysis " + analysis.get().id() + " of " + twin.row() + " is failed: "
                    + analysis.get().problem());
        }
        boolean known = analysis.isPresent()
                && analysis.get().completed()
                && Arrived.of(KnownFeatures.of(features, dictionary)).all(run.features(), analysis.get());
        return new Twin(twin.row(), twin.run(), dictionary, known);
    }
}
