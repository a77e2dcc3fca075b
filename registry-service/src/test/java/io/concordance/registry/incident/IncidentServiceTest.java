package io.concordance.registry.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.incident.IncidentDetails;
import io.concordance.contracts.incident.IncidentSnapshot;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.incident.Incident.State;
import io.concordance.registry.peer.PeerUnavailable;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IncidentServiceTest {
    private final Scene scene = new Scene();

    @Test
    void aSnapshotIsKeptOnceAndReplayedByTheUnmodifiedModel() {
        IncidentService.Taken taken = scene.take(session("open the door"));
        Incident incident = taken.incident();
        assertThat(taken.added()).isTrue();
        assertThat(scene.take(session("open the door")).added()).isFalse();
        assertThat(incident.state()).isEqualTo(State.OPEN);
        assertThat(incident.evaluated()).containsExactly("any-high");
        assertThat(scene.service.snapshot(incident.id()))
                .isEqualTo(session("open the door").toBytes());

        scene.replays.advance(incident.id());
        Capture.Order order = scene.jobs.get("incident/" + incident.id() + "/replay/0");
        assertThat(order.model()).isEqualTo("m-1");
        assertThat(order.hooks()).containsExactly("blocks.2.hook_resid_post");
        assertThat(order.role()).isEqualTo("evaluation");
        assertThat(order.dtype()).isEqualTo("fp32");
        scene.replays.advance(incident.id());
        Incident replayed = scene.rows.get(incident.id());
        assertThat(replayed.state()).isEqualTo(State.REPLAYED);
        assertThat(replayed.replay().maxDifference()).isZero();
        assertThat(scene.replays.waiting(9)).isEmpty();
        assertThat(scene.trail.noted()).containsExactly("gate reported", "registry replayed");
    }

    @Test
    void aDifferenceIsHeldAgainstTheTokensOwnSize() {
        assertThat(replay(snapshot -> changed(snapshot, 0, 0.9e-4f)).equal()).isTrue();
        Replay small = replay(snapshot -> changed(snapshot, 0, 1.2e-4f));
        assertThat(small.equal()).isFalse();
        assertThat(small.atToken()).isZero();
        assertThat(small.maxDifference()).isBetween(1.1e-4, 1.3e-4);
        // the second token's largest value is 200
        assertThat(replay(snapshot -> changed(snapshot, 3, 0.015f)).equal()).isTrue();
        assertThat(replay(snapshot -> changed(snapshot, 3, 0.025f)).equal()).isFalse();
        assertThat(replay(snapshot -> changed(snapshot, 5, Float.NaN)).equal()).isFalse();
    }

    @Test
    void otherTokensAreNamedAndSayNothingOfActivations() {
        Scene other = new Scene();
        other.tokens = snapshot -> new int[] {10, 99};
        Replay replay = replay(other);
        assertThat(replay.equal()).isFalse();
        assertThat(replay.differentToken()).isEqualTo(1);
        assertThat(replay.relative()).isNull();
        other = new Scene();
        other.tokens = snapshot -> new int[] {10, 11, 12};
        replay = replay(other);
        assertThat(replay.differentToken()).isEqualTo(2);
        assertThat(replay.captured()).isEqualTo(3);
    }

    @Test
    void whatDiesBetweenAJobAndItsNoteAsksForTheSameJobAgain() {
        Incident incident = scene.take(session("open the door")).incident();
        scene.afterSubmit = () -> {
            throw new IllegalStateException("killed");
        };
        assertThatThrownBy(() -> scene.replays.advance(incident.id())).hasMessage("killed");
        assertThat(scene.rows.get(incident.id()).job()).isNull();
        scene.afterSubmit = () -> {};
        scene.replays.advance(incident.id());
        assertThat(scene.jobs).hasSize(1);
        scene.replays.advance(incident.id());
        assertThat(scene.rows.get(incident.id()).state()).isEqualTo(State.REPLAYED);
    }

    @Test
    void aCaptureThatIsAwayIsWaitedForAndAJobThatFailedIsSaid() {
        Incident incident = scene.take(session("open the door")).incident();
        scene.captureIsAway = true;
        assertThatThrownBy(() -> scene.replays.advance(incident.id())).isInstanceOf(PeerUnavailable.class);
        assertThat(scene.replays.waiting(9)).containsExactly(incident.id());
        scene.captureIsAway = false;
        scene.replays.advance(incident.id());
        scene.jobState = "failed";
        scene.replays.advance(incident.id());
        assertThat(scene.rows.get(incident.id()).problem()).contains("longer than the context");
        assertThat(scene.replays.waiting(9)).isEmpty();

        scene.jobState = "completed";
        scene.service.replayAgain(incident.id());
        assertStatus(409, () -> scene.service.replayAgain(incident.id()));
        scene.replays.advance(incident.id());
        scene.replays.advance(incident.id());
        Incident replayed = scene.rows.get(incident.id());
        assertThat(replayed.state()).isEqualTo(State.REPLAYED);
        assertThat(replayed.attempts()).isEqualTo(2);
        assertThat(scene.jobs).hasSize(2);
    }

    @Test
    void whatWasReplayedBecomesAnArmOfTranscripts() {
        Incident first = replayed("open the door");
        Incident second = replayed("shut the door");
        ArmOrder order = new ArmOrder("ada", "it did", Outcome.BAD, List.of(second.id(), first.id()));
        Arm arm = scene.service.arm(first.id(), order);
        assertThat(scene.service.arm(first.id(), order)).isEqualTo(arm);
        assertThat(arm.kind()).isEqualTo("caught");
        assertThat(arm.documents()).isEqualTo(2);
        byte[] file = scene.service.armFile(first.id(), arm.transcripts()).orElseThrow();
        assertThat(Digests.sha256(file)).isEqualTo(arm.transcripts());
        List<Transcript> transcripts = Transcripts.readAll(new ByteArrayInputStream(file), Transcripts.Limits.DEFAULT);
        assertThat(transcripts).extracting(Transcript::id).containsExactlyElementsOf(arm.incidents());
        assertThat(transcripts).extracting(Transcript::outcome).containsOnly(Outcome.BAD);
        assertThat(transcripts)
                .extracting(Transcript::text)
                .containsExactlyInAnyOrder("open the door", "shut the door");
        assertThat(transcripts.getFirst().tags())
                .containsEntry("family", "door")
                .containsEntry("release", scene.release.digest());
        assertThat(scene.service.armFile(second.id(), arm.transcripts())).isEmpty();
        assertThat(scene.trail.noted()).endsWith("ada armed");
    }

    @Test
    void noArmIsMadeOfWhatNobodyLookedAtOrWhatDiffers() {
        Incident open = scene.take(session("open the door")).incident();
        ArmOrder order = new ArmOrder("ada", "it did", Outcome.BAD, null);
        assertStatus(409, () -> scene.service.arm(open.id(), order));
        scene.reads = snapshot -> changed(snapshot, 0, 1);
        scene.replays.advance(open.id());
        scene.replays.advance(open.id());
        assertThat(scene.rows.get(open.id()).state()).isEqualTo(State.DIFFERS);
        assertStatus(409, () -> scene.service.arm(open.id(), order));
        assertStatus(404, () -> scene.service.arm("i_0", order));
        assertField("outcome", () -> scene.service.arm(open.id(), new ArmOrder("a", "r", Outcome.UNKNOWN, null)));
        assertField("by", () -> scene.service.arm(open.id(), new ArmOrder(" ", "r", Outcome.BAD, null)));
        scene.reads = IncidentSnapshot::activations;
        Incident replayed = replayed("shut the door");
        assertField(
                "with",
                () -> scene.service.arm(replayed.id(), new ArmOrder("a", "r", Outcome.BAD, List.of("i_unknown"))));
        Incident tokensOnly = scene.take(session(null)).incident();
        assertThat(tokensOnly.replayable()).isFalse();
        assertThat(scene.replays.waiting(9)).isEmpty();
        assertStatus(409, () -> scene.service.arm(tokensOnly.id(), order));
    }

    @Test
    void whatIsNoSessionUnderAReleaseIsRefusedAndNothingIsKept() {
        IncidentDetails good = scene.details("open");
        String other = Digests.sha256("other");
        Map<String, IncidentSnapshot> cases = Map.of(
                "release", snapshot(details(good, other, good.model(), good.tokenizer(), "any-high"), 2),
                "model", snapshot(details(good, good.release(), other, good.tokenizer(), "any-high"), 2),
                "tokenizer", snapshot(details(good, good.release(), good.model(), other, "any-high"), 2),
                "rules[0]", snapshot(details(good, good.release(), good.model(), good.tokenizer(), "any-low"), 2),
                "activation", new IncidentSnapshot(good, new int[2], 2, new float[4]));
        cases.forEach((field, snapshot) -> assertField(field, () -> scene.take(snapshot)));
        assertField("header", () -> scene.take(new byte[100]));
        assertThat(scene.rows).isEmpty();
        assertThat(scene.objects).isEmpty();
    }

    private IncidentSnapshot session(@Nullable String text) {
        return Scene.snapshot(scene.details(text), 0.5f, -0.25f, 0.75f, 200, 1, -3);
    }

    private Incident replayed(String text) {
        Incident incident = scene.take(session(text)).incident();
        scene.replays.advance(incident.id());
        scene.replays.advance(incident.id());
        return scene.rows.get(incident.id());
    }

    private static Replay replay(java.util.function.Function<IncidentSnapshot, float[]> reads) {
        Scene scene = new Scene();
        scene.reads = reads;
        return replay(scene);
    }

    private static Replay replay(Scene scene) {
        String id = scene.take(Scene.snapshot(scene.details("open"), 0.5f, -0.25f, 0.75f, 200, 1, -3))
                .incident()
                .id();
        scene.replays.advance(id);
        scene.replays.advance(id);
        return scene.rows.get(id).replay();
    }

    private static float[] changed(IncidentSnapshot snapshot, int at, float by) {
        float[] activations = snapshot.activations().clone();
        activations[at] += by;
        return activations;
    }

    private static IncidentDetails details(
            IncidentDetails d, String release, String model, String tokenizer, String rule) {
        return new IncidentDetails(
                d.monitor(),
                release,
                model,
                tokenizer,
                d.session(),
                List.of(rule),
                d.firstOutput(),
                d.rendering(),
                d.transcript());
    }

    private static IncidentSnapshot snapshot(IncidentDetails details, int tokens) {
        return Scene.snapshot(details, new float[tokens * Scene.WIDTH]);
    }

    private static void assertField(String field, ThrowingCallable call) {
        assertThatThrownBy(call)
                .as(field)
                .isInstanceOfSatisfying(
                        FieldProblem.class, e -> assertThat(e.field()).isEqualTo(field));
    }

    private static void assertStatus(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.status()).isEqualTo(status));
    }
}
