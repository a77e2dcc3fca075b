package io.concordance.registry.study;

import io.concordance.contracts.attribution.AttributionFile;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.Grading;
import io.concordance.registry.peer.PeerRefusal;
import io.concordance.registry.study.CaptureStage.Jobs;
import io.concordance.registry.study.Confirming.Arm;
import io.concordance.registry.study.Confirming.Chosen;
import io.concordance.registry.study.Confirming.Round;
import io.concordance.registry.study.Confirming.Samples;
import io.concordance.registry.study.DictionaryStage.Trained;
import io.concordance.registry.study.causal.GradientMeans;
import io.concordance.registry.study.causal.Removals;
import io.concordance.registry.study.peer.AttributionOrder;
import io.concordance.registry.study.peer.AttributionOrder.Attribution;
import io.concordance.registry.study.peer.AttributionOrder.Metric;
import io.concordance.registry.study.peer.AttributionPage;
import io.concordance.registry.study.peer.CaptureJob;
import io.concordance.registry.study.peer.Peers;
import io.concordance.registry.study.peer.Subset;
import io.concordance.registry.study.peer.WritingOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds out, for every arm with bad outcomes, which features bring the action about: those that the screen and gradients
 * put first are removed from prompts that the screen has not seen, and the model writes without the best of them and with
 * them added. Nothing of the evaluation job is read. What cannot be found out is said and stops no study.
 */
final class ConfirmStage implements StageWork {
    private static final String UNIT = "arms";
    private static final String LEARNING = "learning";
    /** Bad transcripts that gradients and removals are averaged over, at most. */
    private static final int TRANSCRIPTS = 120;
    /** Features of each ranking that are removed. */
    private static final int FIRST = 12;

    private static final int STEPS = 8;
    /** The keyed hash of autointerp's splits. */
    private static final long SPLIT_SEED = 0;

    private final Peers peers;
    private final FeatureRepository features;
    private final StudyObjects objects;
    private final ConfirmWriting writing;
    private final ConfirmStatements statements;
    private final Predicate<Evidence> holds;

    /** @param holds whether one arm's evidence, taken alone, is association with a bad outcome */
    ConfirmStage(
            Peers peers,
            FeatureRepository features,
            StudyObjects objects,
            ConfirmStatements statements,
            Predicate<Evidence> holds) {
        this.peers = peers;
        this.features = features;
        this.objects = objects;
        this.writing = new ConfirmWriting(peers);
        this.statements = statements;
        this.holds = holds;
    }

    @Override
    public StageName name() {
        return StageName.CONFIRM;
    }

    @Override
    public StageResult attempt(StudyRun run, ProgressSink progress) {
        Confirming state = run.output(StageName.CONFIRM, Confirming.class).orElseGet(() -> begin(run));
        Optional<Arm> open = state.arms().stream().filter(arm -> !arm.done()).findFirst();
        long done = state.arms().stream().filter(Arm::done).count();
        if (open.isPresent()) {
            Confirming next = state.with(step(run, open.get()));
            return StageResult.waiting(done, state.arms().size(), UNIT, note(next))
                    .keeping(next);
        }
        statements.state(run, state);
        return StageResult.completed(done, UNIT, note(state), state);
    }

    /** The arms that ran on the model itself and had bad outcomes to attribute, with what the model wrote where it did. */
    private Confirming begin(StudyRun run) {
        List<Feature> known = known(run);
        Searching searched = run.result(StageName.SEARCH, Searching.class);
        Jobs jobs = run.result(StageName.CAPTURE, Jobs.class);
        List<WritingOrder.WrittenArm> captured =
                new ArrayList<>(peers.written(jobs.model()).arms());
        jobs.steeredArms()
                .forEach(arm -> captured.addAll(peers.written(arm.steered()).arms()));
        return new Confirming(run.order().modelArms().stream()
                .filter(arm -> known.stream()
                        .flatMap(feature -> feature.evidence().stream())
                        .anyMatch(evidence -> evidence.arm().equals(arm.name())))
                .map(arm -> Arm.of(
                        arm.name(),
                        arm.kind(),
                        captured.stream()
                                .filter(c -> c.name().equals(arm.name()) && c.written() != null)
                                .map(c -> Objects.requireNonNull(c.written()))
                                .findFirst()
                                .or(() -> searched.found(arm.name()))
                                .orElseGet(() -> run.order().transcriptDigest(arm.transcripts()))))
                .toList());
    }

    private List<Feature> known(StudyRun run) {
        return KnownFeatures.of(
                features, run.result(StageName.DICTIONARY, Trained.class).dictionary());
    }

    private Arm step(StudyRun run, Arm arm) {
        try {
            return arm.samples() == null ? sampled(run, arm) : attributed(run, arm, arm.samples());
        } catch (PeerRefusal e) {
            return arm.insufficient(String.valueOf(e.getMessage()));
        }
    }

    private Arm sampled(StudyRun run, Arm arm) {
        Subset screened = subset(run, arm.transcripts(), "explain", "bad", arm.name() + "-screened");
        Subset fresh = subset(run, arm.transcripts(), "score", "bad", arm.name() + "-fresh");
        Subset clean = run.order().modelArms().stream()
                .filter(other -> other.kind().equals("benign"))
                .findFirst()
                .map(benign -> subset(
                        run, run.order().transcriptDigest(benign.transcripts()), "score", "ok", arm.name() + "-clean"))
                .orElse(null);
        Arm sampled = arm.sampled(new Samples(screened, fresh, clean));
        int least = Grading.LEAST_TRANSCRIPTS;
        if (fresh.documents() < least || screened.documents() < least) {
            return sampled.insufficient(String.format(
                    Locale.ROOT,
                    "insufficient: %d bad transcripts to screen and %d fresh ones, each needs %d; about %d bad in all",
                    screened.documents(),
                    fresh.documents(),
                    least,
                    4 * least));
        }
        return sampled;
    }

    private Subset subset(StudyRun run, String transcripts, String split, String outcome, String effect) {
        return peers.subset(
                transcripts,
                new Subset.Order(split, List.of(outcome), TRANSCRIPTS, SPLIT_SEED),
                run.key("subset-" + effect));
    }

    private Arm attributed(StudyRun run, Arm arm, Samples samples) {
        if (arm.gradientJob() == null) {
            return asked(run, arm, samples.screened());
        }
        if (arm.chosen() == null) {
            return ended(arm, arm.gradientJob(), files -> arm.choosing(choose(run, arm, files)));
        }
        if (arm.chosen().isEmpty()) {
            return arm.insufficient("neither gradients nor the screen name a feature");
        }
        return removed(run, arm, samples, arm.chosen());
    }

    /** A model that cannot be differentiated leaves the screen alone to choose. */
    private Arm asked(StudyRun run, Arm arm, Subset screened) {
        try {
            return arm.asking(submit(run, arm, screened, "gradients-" + arm.name(), true, null));
        } catch (PeerRefusal e) {
            return arm.asking(ConfirmStatements.REFUSED + e.getMessage()).choosing(choose(run, arm, List.of()));
        }
    }

    private Arm removed(StudyRun run, Arm arm, Samples samples, List<Chosen> chosen) {
        if (!arm.rounds().isEmpty() && arm.rounds().getLast().removals() == null) {
            String job = arm.rounds().getLast().job();
            return ended(arm, job, files -> arm.with(new Round(job, Removals.of(files))));
        }
        Optional<List<List<Integer>>> groups = arm.rounds().isEmpty()
                ? Optional.of(
                        Removals.first(chosen.stream().map(Chosen::feature).toList()))
                : Removals.next(arm.removals());
        if (groups.isPresent()) {
            String effect = "ablation-" + arm.name() + "-" + arm.rounds().size();
            return arm.with(new Round(submit(run, arm, samples.fresh(), effect, false, groups.get()), null));
        }
        return writing.step(run, arm, samples, chosen);
    }

    private String submit(
            StudyRun run,
            Arm arm,
            Subset transcripts,
            String effect,
            boolean gradients,
            @Nullable List<List<Integer>> ablate) {
        StudyOrder order = run.order();
        AttributionOrder job = new AttributionOrder(
                order.models().model(),
                List.of(run.result(StageName.CAPTURE, Jobs.class).hook()),
                LEARNING,
                List.of(new CaptureJob.Arm(arm.name(), arm.kind(), ConfirmWriting.digest(transcripts))),
                new Attribution(
                        run.result(StageName.DICTIONARY, Trained.class).dictionary(),
                        Metric.of(order.badText(arm.name())),
                        gradients,
                        gradients ? STEPS : null,
                        ablate));
        return peers.submit(job, run.key(effect)).id();
    }

    private interface Found {
        Arm in(List<AttributionFile.Attributions> files);
    }

    /** The arm as it is while the job runs, then with what it found. */
    private Arm ended(Arm arm, String id, Found found) {
        CaptureJob job = peers.captureJob(id);
        if (!job.ended()) {
            return arm;
        }
        return job.completed() ? found.in(files(id)) : arm.insufficient("capture job " + id + ": " + job.problem());
    }

    private List<AttributionFile.Attributions> files(String job) {
        List<AttributionFile.Attributions> files = new ArrayList<>();
        AttributionPage page = peers.attributions(job, null);
        while (true) {
            page.items().forEach(item -> files.add(objects.attributions(item.object())));
            if (page.next() == null) {
                return files;
            }
            page = peers.attributions(job, page.next());
        }
    }

    /** The first of the gradients' ranking and of the screen's, each feature once. */
    private List<Chosen> choose(StudyRun run, Arm arm, List<AttributionFile.Attributions> files) {
        GradientMeans means = new GradientMeans();
        files.forEach(means::add);
        Map<Integer, Chosen> ranked = new LinkedHashMap<>();
        means.ranked().forEach(r -> ranked.put(r.feature(), new Chosen(r.feature(), r.gradient(), r.activation())));
        Map<Integer, Chosen> chosen = new LinkedHashMap<>();
        ranked.values().stream().limit(FIRST).forEach(c -> chosen.put(c.feature(), c));
        screened(run, arm).stream()
                .limit(FIRST)
                .forEach(index -> chosen.put(index, ranked.getOrDefault(index, new Chosen(index, null, null))));
        return List.copyOf(chosen.values());
    }

    private List<Integer> screened(StudyRun run, Arm arm) {
        record Standing(int index, double auroc) {}
        return known(run).stream()
                .flatMap(feature -> feature.evidence().stream()
                        .filter(evidence -> evidence.arm().equals(arm.name()) && holds.test(evidence))
                        .map(evidence ->
                                new Standing(feature.index(), evidence.screen().auroc())))
                .sorted(Comparator.comparingDouble((Standing standing) -> -standing.auroc)
                        .thenComparingInt(Standing::index))
                .map(Standing::index)
                .toList();
    }

    private static String note(Confirming state) {
        List<String> notes = new ArrayList<>();
        for (Arm arm : state.arms()) {
            notes.add(arm.name() + ": " + ConfirmStatements.summary(arm));
        }
        return notes.isEmpty() ? "no arm with bad outcomes" : String.join("; ", notes);
    }
}
