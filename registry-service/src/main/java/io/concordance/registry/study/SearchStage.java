package io.concordance.registry.study;

import io.concordance.contracts.study.Study;
import io.concordance.registry.study.Searching.Arm;
import io.concordance.registry.study.Searching.Written;
import io.concordance.registry.study.peer.CaptureJob;
import io.concordance.registry.study.peer.FoundDirections;
import io.concordance.registry.study.peer.Peers;
import io.concordance.registry.study.peer.SearchOrder;
import io.concordance.registry.study.peer.Subset;
import io.concordance.registry.study.peer.WritingOrder;
import io.concordance.registry.study.peer.WritingOrder.Generate;
import io.concordance.registry.study.peer.WritingOrder.Intervention;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * For every arm that searches: finds directions on some of its prompts, then has the model write after more of them while
 * it is pushed along each, and along as many random directions of equal length. What was written along searched directions
 * is the arm's file; the model as deployed reads it later.
 */
final class SearchStage implements StageWork {
    private static final String UNIT = "arms";
    /** Prompts that a search runs on; {@value #WRITTEN_AFTER} are written after. */
    private static final int SEARCHED_ON = 16;

    private static final int WRITTEN_AFTER = 32;
    /** Tokens that the model writes, unless the arm says. */
    private static final int TOKENS = 24;

    private final Peers peers;
    private final StudyObjects objects;

    SearchStage(Peers peers, StudyObjects objects) {
        this.peers = peers;
        this.objects = objects;
    }

    @Override
    public StageName name() {
        return StageName.SEARCH;
    }

    @Override
    public StageResult attempt(StudyRun run, ProgressSink progress) {
        Searching state = run.output(StageName.SEARCH, Searching.class).orElseGet(() -> begin(run));
        Optional<Arm> open =
                state.arms().stream().filter(arm -> arm.written() == null).findFirst();
        if (open.isEmpty()) {
            return StageResult.completed(state.arms().size(), UNIT, note(state), state);
        }
        Searching next = state.with(step(run, open.get()));
        long done = next.arms().stream().filter(arm -> arm.written() != null).count();
        return StageResult.waiting(done, next.arms().size(), UNIT, note(next)).keeping(next);
    }

    private Searching begin(StudyRun run) {
        List<Study.Arm> arms = run.order().modelArms().stream()
                .filter(arm -> arm.search() != null)
                .toList();
        if (!arms.isEmpty()) {
            CaptureStage.keepApart(objects, run.order());
        }
        return new Searching(arms.stream().map(arm -> Arm.of(arm.name())).toList());
    }

    private Arm step(StudyRun run, Arm arm) {
        Study.Arm asked = run.order().modelArms().stream()
                .filter(a -> a.name().equals(arm.name()))
                .findFirst()
                .orElseThrow();
        Study.Search search = Objects.requireNonNull(asked.search());
        if (arm.searchJob() == null) {
            return arm.asking(search(run, asked, search));
        }
        if (arm.found() == null) {
            return ended(arm.searchJob())
                    ? arm.finding(peers.directions(arm.searchJob()).items())
                    : arm;
        }
        if (arm.writingJobs().size() < arm.found().size()) {
            FoundDirections.Radius radius = arm.found().get(arm.writingJobs().size());
            return arm.writing(write(run, asked, search.source(), radius));
        }
        for (String job : arm.writingJobs()) {
            if (!ended(job)) {
                return arm;
            }
        }
        return arm.with(gathered(arm, arm.found()));
    }

    private String search(StudyRun run, Study.Arm asked, Study.Search search) {
        SearchOrder order = new SearchOrder(
                run.order().models().model(),
                List.of(search.source()),
                "learning",
                List.of(new CaptureJob.Arm(asked.name(), "benign", prompts(run, asked, SEARCHED_ON, 1, "searched"))),
                new SearchOrder.Search(search.target(), search.directions(), search.radius(), search.seed()));
        return peers.submit(order, run.key("search-" + asked.name())).id();
    }

    /** Two samples with different seeds may share prompts; the model is asked the same of each, whichever it saw. */
    private String prompts(StudyRun run, Study.Arm asked, int most, long seed, String effect) {
        Subset subset = peers.subset(
                run.order().transcriptDigest(asked.transcripts()),
                new Subset.Order(null, List.of("ok", "unknown"), most, seed),
                run.key("subset-" + asked.name() + "-" + effect));
        String digest = subset.digest();
        if (digest == null) {
            throw new StudyFailure("arm " + asked.name() + " has no transcript without a bad outcome to search on");
        }
        return digest;
    }

    private String write(StudyRun run, Study.Arm asked, String source, FoundDirections.Radius radius) {
        String prompts = prompts(run, asked, WRITTEN_AFTER, 2, "written");
        Generate generate =
                generate(asked.generate(), run.order().study().scenario().action());
        List<WritingOrder.Arm> arms = new ArrayList<>();
        List<Intervention> interventions = new ArrayList<>();
        double length = radius.radius() * radius.norm();
        for (int k = 0; k < radius.directions().size(); k++) {
            interventions.add(Intervention.push(
                    direction(k), source, radius.directions().get(k).direction(), length));
            arms.add(new WritingOrder.Arm(direction(k), "perturbed", prompts, List.of(direction(k)), generate));
        }
        for (int k = 0; k < radius.controls().size(); k++) {
            interventions.add(
                    Intervention.push(control(k), source, radius.controls().get(k), length));
            arms.add(new WritingOrder.Arm(control(k), "perturbed", prompts, List.of(control(k)), generate));
        }
        WritingOrder order = new WritingOrder(
                run.order().models().model(), run.order().study().hooks(), "learning", "fp16", arms, interventions);
        return peers.submit(order, run.key("perturbing-" + asked.name() + "-" + radius.slice()))
                .id();
    }

    private static Generate generate(Study.@Nullable Generate asked, Study.Action action) {
        WritingOrder.Action acts = new WritingOrder.Action(action.kind(), action.contains());
        if (asked == null) {
            return new Generate(TOKENS, null, null, null, List.of(), "unsteered", acts);
        }
        return new Generate(
                asked.tokens(),
                asked.temperature(),
                asked.topP(),
                asked.seed(),
                asked.stop() == null ? List.of() : asked.stop(),
                "unsteered",
                acts);
    }

    static String direction(int k) {
        return "direction-" + k;
    }

    static String control(int k) {
        return "random-" + k;
    }

    private Written gathered(Arm arm, List<FoundDirections.Radius> found) {
        PerturbedTexts texts = new PerturbedTexts();
        for (int r = 0; r < found.size(); r++) {
            FoundDirections.Radius radius = found.get(r);
            for (WritingOrder.WrittenArm written :
                    peers.written(arm.writingJobs().get(r)).arms()) {
                texts.direction(radius.radius(), written.name());
                objects.transcripts(Objects.requireNonNull(written.written()), texts::add);
            }
        }
        return texts.written(peers.upload(texts.lines()).digest());
    }

    private boolean ended(String id) {
        CaptureJob job = peers.captureJob(id);
        if (job.ended() && !job.completed()) {
            String problem = job.problem();
            throw new StudyFailure(
                    "capture job " + id + " is " + job.state() + (problem == null ? "" : ": " + problem));
        }
        return job.completed();
    }

    private static String note(Searching state) {
        List<String> notes = new ArrayList<>();
        for (Arm arm : state.arms()) {
            notes.add(arm.name() + ": " + note(arm));
        }
        return notes.isEmpty() ? "no arm searches" : String.join("; ", notes);
    }

    private static String note(Arm arm) {
        Written written = arm.written();
        if (written == null) {
            return arm.found() == null ? "searching" : "writing";
        }
        String acting = String.format(
                Locale.ROOT,
                "acts along %d of %d directions, %d of %d random ones; %d behaviours",
                written.searched().acting(),
                written.searched().directions(),
                written.random().acting(),
                written.random().directions(),
                written.behaviours());
        return written.bad() > 0 ? acting : "insufficient: 0 of " + written.documents() + " texts act; " + acting;
    }
}
