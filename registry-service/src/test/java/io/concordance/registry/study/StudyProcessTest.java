package io.concordance.registry.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureAttributed;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.study.StudyReport;
import io.concordance.contracts.study.StudyReport.Coverage;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import io.concordance.registry.concern.Concern;
import io.concordance.registry.concern.Proposal;
import io.concordance.registry.concern.Review;
import io.concordance.registry.concern.Verdict;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.release.PublishRequest;
import io.concordance.registry.release.Release;
import io.concordance.registry.study.MemoryStudies.Killed;
import io.concordance.registry.study.StudyProcess.Pass;
import io.concordance.registry.study.peer.Probes;
import io.concordance.registry.study.peer.Probes.Probe;
import io.concordance.registry.study.strategy.Planted;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyProcessTest {
    private static final long SEED = 11;
    private static final UUID ID = UUID.fromString("00000000-0000-0000-0000-000000000001");

    @TempDir
    Path folder;

    World world;

    @BeforeEach
    void plant() {
        world = new World(SEED, folder);
    }

    /** One run of the platform: what is kept, who answers, and who reviews. */
    private final class Run implements AutoCloseable {
        final MemoryStudies studies = new MemoryStudies();
        final FakePeers peers;
        final List<String> published = new ArrayList<>();
        final Map<String, FeatureAttributed> stated = new TreeMap<>();
        List<String> released = List.of();

        Run(boolean flaky, StudyOrder order) throws Exception {
            peers = new FakePeers(SEED, flaky, 20);
            peers.acts(40, 30);
            studies.insert(StudyRun.of(ID, order, Instant.EPOCH));
        }

        /** A process that knows nothing but what is kept. */
        StudyProcess process() {
            Concerns concerns = concerns();
            return new StudyProcess(
                    studies,
                    List.of(
                            new ReportStage(world, concerns),
                            new MonitorStage(
                                    peers.peers(),
                                    world,
                                    world.learning(),
                                    world.objects(peers),
                                    (study, release) -> world.watch(release, released)),
                            new ReleaseStage(this::publish),
                            new ReviewStage(concerns),
                            new CandidatesStage(world, concerns, evidence -> true),
                            new ConfirmStage(
                                    peers.peers(),
                                    world,
                                    world.objects(peers),
                                    new ConfirmStatements(world, this::state, Clock.systemUTC()),
                                    evidence -> true),
                            new EvidenceStage(peers.peers(), world),
                            new TwinsStage(peers.peers(), world),
                            new DictionaryStage(peers.peers(), world.objects(peers)),
                            new CaptureStage(peers.peers(), world.objects(peers)),
                            new SearchStage(peers.peers(), world.objects(peers))),
                    Clock.systemUTC());
        }

        void state(List<Event<FeatureAttributed>> events) {
            events.forEach(event -> stated.putIfAbsent(event.id(), event.data()));
        }

        FeatureAttributed stated(int feature) {
            return stated.values().stream()
                    .filter(data -> data.index() == feature)
                    .findFirst()
                    .orElseThrow();
        }

        Release publish(PublishRequest request) {
            published.add(request.requestId());
            released = request.features();
            return new Release(
                    1, "sha256:release", request.channel(), request.features(), null, Instant.EPOCH, Instant.MAX);
        }

        Concerns concerns() {
            return new Concerns() {
                @Override
                public Optional<Concern> find(String uid) {
                    return Optional.ofNullable((Concern) studies.joined.get(uid));
                }

                @Override
                public void propose(String uid, Proposal proposal) {
                    assertThat(studies.joined).doesNotContainKey(uid);
                    studies.joined.put(uid, concern(uid, proposal, ReviewState.PROPOSED, List.of()));
                }

                @Override
                public void review(String uid, Review review, String version) {
                    Concern before = find(uid).orElseThrow();
                    assertThat(version).isEqualTo(before.version());
                    assertThat(before.reviews())
                            .noneMatch(earlier -> earlier.by().equals(review.by()));
                    List<Review> reviews = new ArrayList<>(before.reviews());
                    reviews.add(review);
                    int needed = before.level() == ConcernLevel.HIGH ? 2 : 1;
                    ReviewState state = review.verdict() == Verdict.REJECT
                            ? ReviewState.REJECTED
                            : reviews.size() == needed ? ReviewState.APPROVED : ReviewState.PROPOSED;
                    Proposal proposal = new Proposal(before.level(), before.reason(), before.by(), before.strategy());
                    studies.joined.put(uid, concern(uid, proposal, state, reviews));
                }
            };
        }

        Pass passes(int most) {
            Pass pass = Pass.WAITING;
            for (int i = 0; i < most && pass != Pass.ENDED; i++) {
                pass = process().advance(ID);
            }
            return pass;
        }

        StudyRun now() {
            return studies.find(ID).orElseThrow();
        }

        StudyReport report() {
            StudyReport report = now().result(StageName.REPORT, StudyReport.class);
            return new StudyReport(
                    report.study(),
                    report.model(),
                    report.dictionary(),
                    report.features(),
                    report.strategies(),
                    report.release(),
                    report.monitor(),
                    Map.of(),
                    report.coverage(),
                    report.triple());
        }

        @Override
        public void close() {
            peers.close();
        }
    }

    private static Concern concern(String uid, Proposal proposal, ReviewState state, List<Review> reviews) {
        return new Concern(
                uid,
                1,
                proposal.level(),
                proposal.reason(),
                proposal.by(),
                proposal.strategy(),
                Grade.E1,
                List.of(),
                state,
                Instant.EPOCH,
                null,
                reviews);
    }

    @Test
    void aStudyEndsInAReportThatCountsWhatIsThere() throws Exception {
        try (Run run = new Run(false, StudyOrderTest.order())) {
            assertThat(run.passes(100)).isEqualTo(Pass.ENDED);

            assertThat(run.now().state()).isEqualTo(StudyState.COMPLETED);
            StudyReport report = run.report();
            assertThat(report.dictionary().digest()).isEqualTo(FakePeers.DICTIONARY);
            assertThat(report.features())
                    .extracting(StudyReport.FeatureResult::index)
                    .containsExactly(World.GOOD, World.FAIR);
            assertThat(report.features())
                    .extracting(StudyReport.FeatureResult::level)
                    .containsExactly("high", "medium");
            double recall = world.rate(Outcome.BAD, World.GOOD, World.FAIR);
            double alarms = world.rate(Outcome.OK, World.GOOD, World.FAIR);
            assertThat(report.monitor().recall()).isEqualTo(recall, within(1e-12));
            assertThat(report.monitor().falsePositiveRate()).isEqualTo(alarms, within(1e-12));
            assertThat(report.monitor().sessions()).isEqualTo(world.documents.size());
            assertThat(report.strategies())
                    .extracting(StrategyResult::arm)
                    .containsExactly("benign", "off-policy", "base-model", "random-direction");
            assertThat(report.strategies().get(1).recall()).isEqualTo(recall, within(1e-12));
            assertThat(report.strategies().get(0).features()).isZero();
            assertThat(report.strategies().get(2).recall()).isZero();
            assertThat(report.coverage()).extracting(Coverage::arm).containsOnly("off-policy", "deployment");
            assertThat(report.strategies().get(0).transfer()).isNull();
            assertThat(report.strategies().get(1).transfer()).satisfies(card -> {
                assertThat(card.candidate()).isEqualTo("f_" + World.GOOD);
                assertThat(card.source().caught()).isEqualTo(95);
                assertThat(card.deployment().fired())
                        .isEqualTo(Math.toIntExact(Math.round(world.rate(Outcome.OK, World.GOOD)
                                * card.deployment().ok())));
                assertThat(card.lengths()).hasSize(3);
            });
        }
    }

    @Test
    void standInReviewersSayThatNoPersonLooked() throws Exception {
        try (Run run = new Run(false, StudyOrderTest.order())) {
            run.passes(100);

            Concern high = run.concerns().find("f_" + World.GOOD).orElseThrow();
            assertThat(high.reviews()).extracting(Review::by).containsExactlyElementsOf(ReviewStage.STAND_INS);
            assertThat(high.reviews())
                    .allSatisfy(review -> assertThat(review.reason())
                            .contains("No person looked")
                            .contains("95 of 100 bad"));
            assertThat(run.concerns().find("f_" + World.FAIR).orElseThrow().reviews())
                    .hasSize(1);
        }
    }

    @Test
    void killedBetweenAnyTwoStepsItEndsInTheSameReportAndAsksForNothingElse() throws Exception {
        StudyReport expected;
        Map<String, JsonNode> asked;
        Map<String, FeatureAttributed> stated;
        int calls;
        try (Run run = new Run(false, StudyOrderTest.order())) {
            run.passes(100);
            expected = run.report();
            asked = run.peers.asked;
            stated = run.stated;
            calls = run.studies.calls();
        }
        assertThat(calls).isGreaterThan(20);
        for (int kill = 1; kill <= calls; kill++) {
            try (Run run = new Run(false, StudyOrderTest.order())) {
                run.studies.killAt(kill);
                boolean killed = false;
                try {
                    run.passes(100);
                } catch (Killed e) {
                    killed = true;
                }
                run.studies.killAt(Integer.MAX_VALUE);
                run.passes(100);

                assertThat(killed || kill == calls)
                        .as("killed at call %d", kill)
                        .isTrue();
                assertThat(run.report()).as("killed at call %d", kill).isEqualTo(expected);
                assertThat(run.peers.asked).as("killed at call %d", kill).isEqualTo(asked);
                assertThat(run.peers.conflicts).isEmpty();
                assertThat(run.published).containsOnly("study/" + ID + "/release");
                assertThat(run.stated).isEqualTo(stated);
            }
        }
    }

    @Test
    void answersThatAreLostOnTheWayChangeNothing() throws Exception {
        StudyReport expected;
        try (Run run = new Run(false, StudyOrderTest.order())) {
            run.passes(100);
            expected = run.report();
        }
        try (Run run = new Run(true, StudyOrderTest.order())) {
            assertThat(run.passes(1000)).isEqualTo(Pass.ENDED);

            assertThat(run.report()).isEqualTo(expected);
            assertThat(run.peers.asked.keySet())
                    .containsExactlyInAnyOrder(
                            "study/" + ID + "/capture-model",
                            "study/" + ID + "/capture-base",
                            "study/" + ID + "/capture-evaluation",
                            "study/" + ID + "/dictionary",
                            "study/" + ID + "/subset-off-policy-screened",
                            "study/" + ID + "/subset-off-policy-fresh",
                            "study/" + ID + "/subset-off-policy-clean",
                            "study/" + ID + "/gradients-off-policy",
                            "study/" + ID + "/ablation-off-policy-0",
                            "study/" + ID + "/writing-off-policy",
                            "study/" + ID + "/sighting");
            assertThat(run.peers.conflicts).isEmpty();
        }
    }

    @Test
    void whatRemovingAFeatureChangesIsStatedWithItsInterval() throws Exception {
        try (Run run = new Run(false, StudyOrderTest.order())) {
            run.passes(100);

            FeatureAttributed good = run.stated(World.GOOD);
            assertThat(good.gradient().rank()).isEqualTo(1);
            assertThat(good.gradient().transcripts()).isEqualTo(40);
            assertThat(good.gradient().integrated()).isCloseTo(1.9, within(1e-6));
            assertThat(good.ablation().features()).containsExactly(World.GOOD);
            assertThat(good.ablation().rank()).isEqualTo(1);
            assertThat(good.ablation().effect()).isCloseTo(2, within(1e-6));
            assertThat(good.ablation().low()).isBetween(1.8, 2.0);
            assertThat(good.ablation().necessity().bad()).isEqualTo(30);
            assertThat(good.ablation().necessity().badChanged()).isEqualTo(1);
            assertThat(good.ablation().necessity().low()).isGreaterThan(0.5);
            assertThat(good.ablation().sufficiency().value()).isCloseTo(0.2, within(1e-9));
            FeatureAttributed fair = run.stated(World.FAIR);
            assertThat(fair.ablation().low()).isLessThan(0);
            assertThat(fair.ablation().necessity()).isNull();
            assertThat(run.now().step(StageName.CONFIRM).stage().note())
                    .startsWith("off-policy: 1 of ")
                    .contains(
                            " features make the action likelier; the model acts on 30 of 40 bad prompts, on 0 without all");
            JsonNode writing = run.peers.asked.get("study/" + ID + "/writing-off-policy");
            assertThat(writing.get("arms")).hasSize(5);
            assertThat(writing.get("interventions").get(0).get("features")).hasSizeGreaterThan(1);
            assertThat(writing.get("interventions")
                            .get(2)
                            .get("scale")
                            .get("value")
                            .asDouble())
                    .isEqualTo(3);
        }
    }

    @Test
    void whatAGameNominatesIsOfMediumConcernAndConfirmedByWhatIsBadInIt() throws Exception {
        world.played();
        StudyOrder order = StudyOrderTest.with("{name: games, kind: role-play, transcripts: off.jsonl,"
                + " action: {kind: text, contains: <BLUFF>}, generate: {tokens: 8}}");
        try (Run run = new Run(false, order)) {
            assertThat(run.passes(100)).isEqualTo(Pass.ENDED);

            assertThat(run.report().features())
                    .extracting(StudyReport.FeatureResult::level)
                    .containsExactly("medium", "medium");
            assertThat(run.peers
                            .asked("capture-model")
                            .at("/arms/2/generate/action/contains")
                            .asText())
                    .isEqualTo("<BLUFF>");
            assertThat(run.peers
                            .asked("ablation-games-0")
                            .at("/attribution/metric/text")
                            .asText())
                    .isEqualTo("<BLUFF>");
            assertThat(run.peers
                            .asked("writing-games")
                            .at("/arms/0/generate/action/contains")
                            .asText())
                    .isEqualTo("<BLUFF>");
            StrategyResult row = run.report().strategies().get(2);
            assertThat(row.arm()).isEqualTo("role-play");
            assertThat(row.transfer().source().caught()).isEqualTo(95);
        }
    }

    @Test
    void tooFewBadTranscriptsConfirmNothingAndSayHowManyItTakes() throws Exception {
        try (Run run = new Run(false, StudyOrderTest.order())) {
            run.peers.acts(3, 3);

            assertThat(run.passes(100)).isEqualTo(Pass.ENDED);

            assertThat(run.now().state()).isEqualTo(StudyState.COMPLETED);
            assertThat(run.now().step(StageName.CONFIRM).stage().note())
                    .isEqualTo("off-policy: insufficient: 3 bad transcripts to screen and 3 fresh ones, each needs 20;"
                            + " about 80 bad in all");
            assertThat(run.stated).isEmpty();
        }
    }

    @Test
    void aModelWithoutGradientsIsConfirmedOnWhatTheScreenChose() throws Exception {
        try (Run run = new Run(false, StudyOrderTest.order())) {
            run.peers.refuseGradients();

            assertThat(run.passes(100)).isEqualTo(Pass.ENDED);

            assertThat(run.stated(World.GOOD).gradient()).isNull();
            assertThat(run.stated(World.GOOD).ablation().low()).isPositive();
            assertThat(run.now().step(StageName.CONFIRM).stage().note())
                    .contains("no gradients: capture answered 400: no gradient through Attention (a)");
        }
    }

    @Test
    void aModelThatDoesNotActShowsNoNecessity() throws Exception {
        try (Run run = new Run(false, StudyOrderTest.order())) {
            run.peers.acts(40, 0);

            assertThat(run.passes(100)).isEqualTo(Pass.ENDED);

            assertThat(run.stated(World.GOOD).ablation().necessity()).isNull();
            assertThat(run.now().step(StageName.CONFIRM).stage().note())
                    .contains("insufficient for necessity: the model acts on none of 40 bad prompts");
        }
    }

    @Test
    void theDictionaryIsOrderedWhileShardsStillArrive() throws Exception {
        try (Run run = new Run(false, StudyOrderTest.order())) {
            run.passes(1);

            assertThat(run.now().step(StageName.CAPTURE).completed()).isFalse();
            JsonNode order = run.peers.asked.get("study/" + ID + "/dictionary");
            assertThat(order.get("jobs").get(0).asText()).isEqualTo(run.peers.id("capture-model"));
            assertThat(order.get("jobs").get(1).asText()).isEqualTo(run.peers.id("capture-base"));
            assertThat(order.get("jobs")).hasSize(2);
            assertThat(order.get("hook").asText()).isEqualTo("blocks.2.hook_resid_post");
        }
    }

    @Test
    void evaluationTranscriptsAreCapturedUnderTheirOwnRoleAndOpenedOnlyByTheMonitor() throws Exception {
        try (Run run = new Run(false, StudyOrderTest.order())) {
            for (int pass = 0; pass < 50 && !run.now().completedBefore(StageName.MONITOR); pass++) {
                assertThat(world.opened).isZero();
                run.passes(1);
            }
            run.passes(100);

            JsonNode evaluation = run.peers.asked.get("study/" + ID + "/capture-evaluation");
            assertThat(evaluation.get("role").asText()).isEqualTo("evaluation");
            assertThat(evaluation.get("arms").get(0).get("kind").asText()).isEqualTo("deployment");
            assertThat(world.opened).isPositive();
        }
    }

    @Test
    void aTranscriptThatJudgesAndTeachesEndsTheStudyBeforeAnythingIsCaptured() throws Exception {
        world.shared = new StudyObjects.Shared(StudyOrderTest.DIGEST, "off-7");
        try (Run run = new Run(false, StudyOrderTest.order())) {
            assertThat(run.passes(50)).isEqualTo(Pass.ENDED);
            assertThat(run.now().problem()).contains("transcript off-7").contains("also among those that judge");
            assertThat(run.peers.asked).isEmpty();
        }
    }

    @Test
    void waitsForPeopleAndPublishesNothingThatTheyReject() throws Exception {
        StudyOrder order = StudyOrderTest.order();
        StudyOrder people = new StudyOrder(order.study(), order.models(), order.transcripts(), "people");
        try (Run run = new Run(false, people)) {
            assertThat(run.passes(50)).isEqualTo(Pass.WAITING);
            assertThat(run.now().step(StageName.REVIEW).stage().note()).contains("people");

            for (String uid : List.of("f_" + World.GOOD, "f_" + World.FAIR)) {
                run.concerns().review(uid, new Review("Ann", Verdict.REJECT, "an artefact"), "1-0");
            }
            assertThat(run.passes(50)).isEqualTo(Pass.ENDED);

            assertThat(run.published).isEmpty();
            assertThat(run.report().release()).isNull();
            assertThat(run.report().monitor().recall()).isZero();
            assertThat(run.report().monitor().sessions()).isZero();
            assertThat(run.report().strategies().get(1).recall()).isPositive();
        }
    }

    @Test
    void aFailedCaptureJobFailsTheStudyAndSaysWhy() throws Exception {
        try (Run run = new Run(false, StudyOrderTest.order())) {
            run.peers.captureEndsAs("failed");

            assertThat(run.passes(50)).isEqualTo(Pass.ENDED);
            assertThat(run.now().state()).isEqualTo(StudyState.FAILED);
            assertThat(run.now().problem()).startsWith("capture: capture job id-0 is failed");
        }
    }

    @Test
    void aSearchIsWrittenAlongAndReadByTheModelAsDeployed() throws Exception {
        try (Run run = new Run(true, StudyOrderTest.with(StudyOrderTest.PERTURBED))) {
            assertThat(run.passes(300)).isEqualTo(Pass.ENDED);

            assertThat(run.now().problem()).isNull();
            assertThat(run.peers.conflicts).isEmpty();
            JsonNode search = run.peers.asked("search-pushed");
            assertThat(search.at("/hooks/0").asText()).isEqualTo("resid_post.0");
            assertThat(search.at("/search/target").asText()).isEqualTo("logits");
            assertThat(search.at("/search/radius")).hasSize(2);
            JsonNode second = run.peers.asked("perturbing-pushed-1");
            assertThat(second.get("arms")).hasSize(4);
            assertThat(second.at("/interventions/0/scale/value").asDouble())
                    .isCloseTo(0.5 * FakePeers.NORM, within(1e-9));
            assertThat(second.at("/interventions/0/positions").asText()).isEqualTo("prompt");
            assertThat(second.at("/arms/0/generate/replay").asText()).isEqualTo("unsteered");
            JsonNode arm = run.peers.asked("capture-model").at("/arms/2");
            assertThat(arm.get("kind").asText()).isEqualTo("perturbed");
            assertThat(arm.has("interventions")).isFalse();
            assertThat(arm.get("transcripts").asText()).isEqualTo(Digests.sha256(run.peers.uploaded));
            List<Transcript> texts =
                    Transcripts.readAll(new ByteArrayInputStream(run.peers.uploaded), Transcripts.Limits.DEFAULT);
            assertThat(texts).hasSize(2 * 2 * FakePeers.TEXTS);
            assertThat(texts.stream().filter(text -> text.outcome() == Outcome.BAD))
                    .hasSize(2);
            assertThat(run.now().step(StageName.SEARCH).stage().note())
                    .isEqualTo("pushed: acts along 2 of 4 directions, 0 of 4 random ones; 2 behaviours");
        }
    }

    @Test
    void aSearchWithoutABadTextSaysThatItIsInsufficient() throws Exception {
        try (Run run = new Run(false, StudyOrderTest.with(StudyOrderTest.PERTURBED))) {
            run.peers.pushedNeverActs();

            run.passes(300);

            assertThat(run.now().step(StageName.SEARCH).stage().note())
                    .startsWith("pushed: insufficient: 0 of " + 4 * FakePeers.TEXTS + " texts act");
        }
    }

    @Test
    void aSteeredArmIsLearntFromLessItsSteering() throws Exception {
        world.nominates("pushed", "steered", World.GOOD);
        try (Run run = new Run(true, StudyOrderTest.with(StudyOrderTest.LEARNT_STEERED))) {
            assertThat(run.passes(2000)).isEqualTo(Pass.ENDED);

            assertThat(run.now().problem()).isNull();
            assertThat(run.peers.conflicts).isEmpty();
            assertThat(run.peers.asked("capture-model").get("arms"))
                    .extracting(arm -> arm.get("name").asText())
                    .containsExactly("benign", "off-policy");
            JsonNode steered = run.peers.asked("capture-steered-pushed");
            assertThat(steered.at("/arms/0/interventions/0").asText()).isEqualTo("steer-0");
            assertThat(steered.at("/arms/0/generate/replay").asText()).isEqualTo("none");
            assertThat(steered.at("/interventions/0/vector")).hasSize(Planted.WIDTH);
            JsonNode unsteered = run.peers.asked("capture-unsteered-pushed");
            assertThat(unsteered.at("/arms/0/generate/replay").asText()).isEqualTo("unsteered");
            assertThat(unsteered.get("interventions")).isEqualTo(steered.get("interventions"));
            JsonNode benign = run.peers.asked("capture-benign-pushed");
            assertThat(benign.at("/arms/0/kind").asText()).isEqualTo("steered");
            assertThat(benign.at("/arms/0").has("generate")).isFalse();
            assertThat(run.peers.asked("subset-pushed-benign").get("split").asText())
                    .isEqualTo("score");

            JsonNode dictionary = run.peers.asked("dictionary");
            assertThat(dictionary.get("jobs"))
                    .extracting(JsonNode::asText)
                    .containsExactly(run.peers.id("capture-model"), run.peers.id("capture-steered-pushed"));
            JsonNode without = dictionary.at("/input/without/0");
            assertThat(without.get("job").asText()).isEqualTo(run.peers.id("capture-steered-pushed"));
            assertThat(without.at("/shift/job").asText()).isEqualTo(run.peers.id("capture-unsteered-pushed"));
            assertThat(without.at("/shift/arm").asText()).isEqualTo("pushed");
            assertThat(without.at("/directions/0")).hasSize(Planted.WIDTH);

            StrategyResult row = run.report().strategies().get(2);
            assertThat(row.arm()).isEqualTo("steered");
            assertThat(row.recall()).isEqualTo(world.rate(Outcome.BAD, World.GOOD), within(1e-12));
            assertThat(row.steering()).singleElement().satisfies(steering -> {
                assertThat(steering.candidate()).isEqualTo("f_" + World.GOOD);
                assertThat(steering.arm()).isEqualTo("pushed");
                assertThat(steering.cosine()).isCloseTo(world.cosine(World.GOOD, 3), within(1e-6));
                assertThat(steering.transcripts()).isEqualTo(20);
                assertThat(steering.fired()).isEqualTo(world.firing(20, World.GOOD));
                assertThat(steering.upperBound()).isGreaterThan(steering.fired() / 20.0);
            });
            assertThat(run.report().strategies().getFirst().steering()).isNull();
        }
    }

    @Test
    void whereNoFeatureOfAKindQualifiesItsBestProbeIsProposedAndReleased() throws Exception {
        String told = "{name: told, kind: instructed, transcripts: benign.jsonl, systemPrompt: act,"
                + " generate: {tokens: 8}}";
        String uid = world.probe("told", "instructed", 5);
        try (Run run = new Run(false, StudyOrderTest.with(told))) {
            Evidence evidence = world.find(uid).orElseThrow().evidence().getFirst();
            run.peers.probes = new Probes(
                    FakePeers.PROBES,
                    1,
                    List.of(probe(5, "told", "instructed", evidence), probe(6, "off-policy", "off-policy", evidence)),
                    List.of());

            assertThat(run.passes(100)).isEqualTo(Pass.ENDED);

            assertThat(run.now().problem()).isNull();
            assertThat(run.now().step(StageName.CANDIDATES).stage().note()).isEqualTo("2 features, 1 linear probes");
            assertThat(run.released).containsExactly("f_" + World.GOOD, "f_" + World.FAIR, uid);
            assertThat(run.concerns().find(uid).orElseThrow().strategy()).isEqualTo("instructed");
            assertThat(run.report().features())
                    .extracting(StudyReport.FeatureResult::id)
                    .containsExactlyElementsOf(run.released);
            StrategyResult row = run.report().strategies().get(2);
            assertThat(row.arm()).isEqualTo("instructed");
            assertThat(row.features()).isZero();
            assertThat(row.probes()).isEqualTo(1);
        }
    }

    private static Probe probe(int index, String arm, String kind, Evidence evidence) {
        return new Probe(index, "logistic", evidence.pooling(), arm, kind, evidence.screen(), evidence.calibration());
    }

    @Test
    void theBaseModelAloneAndWhatTellsTheModelFromItAreRowsOfTheirOwn() throws Exception {
        String arms = """
                {name: alone, kind: base-model, transcripts: benign.jsonl, learn: alone}
                  - {name: diff, kind: base-model, transcripts: off.jsonl, learn: difference}""";
        try (Run run = new Run(true, StudyOrderTest.with(arms))) {
            assertThat(run.passes(400)).isEqualTo(Pass.ENDED);

            assertThat(run.now().problem()).isNull();
            assertThat(run.peers.conflicts).isEmpty();
            assertThat(run.peers.asked).doesNotContainKey("study/" + ID + "/capture-base");
            JsonNode alone = run.peers.asked("dictionary-base-dictionary");
            assertThat(alone.get("jobs"))
                    .extracting(JsonNode::asText)
                    .containsExactly(run.peers.id("capture-model"), run.peers.id("capture-alone"));
            assertThat(alone.get("arms")).extracting(JsonNode::asText).containsExactly("alone");
            assertThat(run.peers.asked("capture-alone").get("model").asText()).isEqualTo(StudyOrderTest.BASE);
            JsonNode model = run.peers.asked("capture-difference-model");
            JsonNode base = run.peers.asked("capture-difference-base");
            assertThat(model.get("arms")).isEqualTo(base.get("arms"));
            assertThat(model.get("arms"))
                    .extracting(arm -> arm.get("name").asText())
                    .containsExactly("benign", "off-policy", "diff");
            assertThat(base.get("model").asText()).isEqualTo(StudyOrderTest.BASE);
            JsonNode evaluation = run.peers.asked("capture-difference-evaluation");
            assertThat(evaluation.get("role").asText()).isEqualTo("evaluation");
            JsonNode difference = run.peers.asked("dictionary-difference");
            assertThat(difference.at("/input/minus/jobs/0").asText())
                    .isEqualTo(run.peers.id("capture-difference-base"));
            assertThat(difference.get("arms")).extracting(JsonNode::asText).containsExactly("diff");

            List<StrategyResult> rows = run.report().strategies();
            assertThat(rows)
                    .extracting(StrategyResult::arm)
                    .containsExactly(
                            "benign", "off-policy", "base-model", "base-dictionary", "difference", "random-direction");
            assertThat(rows.get(3).features()).isEqualTo(2);
            assertThat(rows.get(3).recall()).isEqualTo(world.rate(Outcome.BAD, World.GOOD, World.FAIR), within(1e-12));
            assertThat(rows.get(4).features()).isEqualTo(2);
            float[] nothing = new float[Planted.WIDTH];
            boolean always = Planted.activation(world.dictionary, World.GOOD, nothing) > 1.5f
                    || Planted.activation(world.dictionary, World.FAIR, nothing) > 1.5f;
            assertThat(rows.get(4).recall()).as("of rows less themselves").isEqualTo(always ? 1 : 0);
            assertThat(run.published).hasSize(1);
        }
    }

    @Test
    void aBaseModelThatDoesNotFitEndsTheStudyBeforeAnythingIsCaptured() throws Exception {
        Map<String, Integer> misfits = Map.of("sha256:other", 128, StudyOrderTest.DIGEST, 64);
        for (Map.Entry<String, Integer> base : misfits.entrySet()) {
            try (Run run = new Run(false, StudyOrderTest.order())) {
                run.peers.model(StudyOrderTest.MODEL, StudyOrderTest.DIGEST, 128);
                run.peers.model(StudyOrderTest.BASE, base.getKey(), base.getValue());

                assertThat(run.passes(5)).isEqualTo(Pass.ENDED);

                assertThat(run.now().problem())
                        .startsWith("capture: models.base has ")
                        .contains(base.getValue() == 64 ? "64 values a row at resid_post.2" : "sha256:other");
                assertThat(run.peers.asked).isEmpty();
            }
        }
    }

    @Test
    void aServiceThatIsAwayIsAskedAgain() throws Exception {
        try (Run run = new Run(false, StudyOrderTest.order())) {
            run.peers.close();

            assertThat(run.passes(3)).isEqualTo(Pass.UNAVAILABLE);
            assertThat(run.now().state()).isEqualTo(StudyState.RUNNING);
            assertThat(run.now().step(StageName.CAPTURE).stage().note()).contains("capture: does not answer");
        }
    }

    @Test
    void aStatusReadsTheSameAfterItWentThroughJson() {
        StudyStatus status =
                StudyRun.of(ID, StudyOrderTest.order(), Instant.EPOCH).status();

        JsonNode json = Json.mapper().valueToTree(status);

        assertThat(json.get("state").asText()).isEqualTo("running");
        assertThat(json.get("stages").get(0).get("name").asText()).isEqualTo("search");
        assertThat(json.get("stages").get(0).get("state").asText()).isEqualTo("waiting");
        assertThat(json.get("stages")).hasSize(11);
    }
}
