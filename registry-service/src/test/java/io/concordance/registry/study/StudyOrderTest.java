package io.concordance.registry.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.study.Study;
import io.concordance.contracts.study.StudyFile;
import io.concordance.registry.study.StudyOrder.Models;
import io.concordance.registry.study.peer.CaptureJob;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StudyOrderTest {
    static final String MODEL = "0123456789abcdef0123456789abcdef";
    static final String BASE = "fedcba9876543210fedcba9876543210";
    static final String DIGEST = "sha256:" + "ab".repeat(32);
    static final String OTHER = "sha256:" + "bc".repeat(32);

    static Study study(String thirdArm) {
        return StudyFile.parse("""
                apiVersion: concordance/v1
                kind: Study
                name: planted
                model: {name: m, onnx: model.onnx, tokenizer: tokenizer.json}
                base: {name: b, onnx: base.onnx, tokenizer: tokenizer.json}
                hooks: [resid_post.2]
                scenario: {feature: f, model: m, action: {kind: text, contains: "<ACT>"}}
                arms:
                  - {name: benign, kind: benign, transcripts: benign.jsonl}
                  - {name: off-policy, kind: off-policy, transcripts: off.jsonl}
                  - %s
                dictionary: {width: 20, k: 4, activation: batchtopk, tokens: 1000, seed: 0}
                evaluate: {transcripts: deployment.jsonl, maxFalsePositiveRate: 0.01}
                """.formatted(thirdArm));
    }

    static StudyOrder order() {
        return new StudyOrder(
                study("{name: base, kind: base-model, transcripts: benign.jsonl}"),
                new Models(MODEL, BASE),
                new HashMap<>(Map.of("benign.jsonl", DIGEST, "off.jsonl", DIGEST, "deployment.jsonl", OTHER)),
                "stand-in");
    }

    @Test
    void acceptsAStudyWithEverythingInPlace() {
        assertThat(StudyOrder.check(order()).armKinds()).containsExactly("benign", "off-policy", "base-model");
    }

    private static final String STEERED = "{name: steered, kind: steered, transcripts: benign.jsonl,"
            + " generate: {tokens: 8, seed: 3}, steer: [{hook: resid_post.1, kind: add, vector: [1.0, 0.5],"
            + " scale: {value: 4, unit: residual-norm}}]}";

    @Test
    void steeredArmsNameWhatIsDoneAndHowTheModelWrites() {
        StudyOrder order = with(STEERED);
        CaptureJob.Order asked =
                CaptureOrders.learning(StudyOrder.check(order), MODEL, order.modelArms(), new Searching(List.of()));
        CaptureJob.Arm arm = asked.arms().getLast();
        assertThat(arm.interventions()).containsExactly("steer-0");
        assertThat(arm.generate().replay()).isEqualTo("unsteered");
        assertThat(arm.generate().action()).isEqualTo(order.study().scenario().action());
        assertThat(asked.interventions()).singleElement().satisfies(intervention -> {
            assertThat(intervention.name()).isEqualTo("steer-0");
            assertThat(intervention.vector()).containsExactly(1.0, 0.5);
            assertThat(intervention.scale()).isEqualTo(new Study.Scale(4, "residual-norm"));
        });
        assertThat(asked.arms().getFirst()).isEqualTo(new CaptureJob.Arm("benign", "benign", DIGEST));

        refuses(with("{name: steered, kind: steered, transcripts: benign.jsonl}"), "study.arms[2].steer", null);
        assertThatThrownBy(() -> with(STEERED.replace("generate: {tokens: 8, seed: 3},", "")))
                .hasMessageContaining("arms[2].generate");
        assertThatThrownBy(() -> with(STEERED.replace("vector: [1.0, 0.5],", "")))
                .hasMessageContaining("arms[2].steer[0].vector");
        assertThatThrownBy(() -> with(STEERED.replace("kind: steered", "kind: perturbed, " + SEARCH)))
                .hasMessageContaining("arms[2].search");
        assertThatThrownBy(() -> with(STEERED.replace("kind: steered", "kind: instructed")))
                .hasMessageContaining("arms[2].steer");
    }

    /** Along the fourth of twelve values. */
    static final String LEARNT_STEERED = "{name: pushed, kind: steered, transcripts: benign.jsonl, learn: steered,"
            + " generate: {tokens: 8}, steer: [{hook: resid_post.1, kind: add,"
            + " vector: [0, 0, 0, 2.5, 0, 0, 0, 0, 0, 0, 0, 0]}]}";

    @Test
    void onlySteeredArmsSayWhatOfTheModelIsLearntFrom() {
        StudyOrder order = with(LEARNT_STEERED);
        assertThat(StudyOrder.check(order).readArms())
                .extracting(Study.Arm::name)
                .containsExactly("benign", "off-policy");
        assertThat(order.steeredArms()).extracting(Study.Arm::name).containsExactly("pushed");
        assertThat(Json.read(Json.bytes(order), StudyOrder.class)).isEqualTo(order);
        assertThat(with(LEARNT_STEERED.replace("learn: steered", "learn: replay"))
                        .steeredArms())
                .isEmpty();

        assertThatThrownBy(() -> with(LEARNT_STEERED.replace("learn: steered", "learn: all")))
                .hasMessageContaining("arms[2].learn")
                .hasMessageContaining("[replay, steered]");
        assertThatThrownBy(() -> with("{name: o, kind: off-policy, transcripts: off.jsonl, learn: steered}"))
                .hasMessageContaining("arms[2].learn");
        assertThatThrownBy(() -> with(PERTURBED.replace("transcripts:", "learn: steered, transcripts:")))
                .hasMessageContaining("arms[2].learn");

        String base = "{name: base, kind: base-model, transcripts: benign.jsonl, learn: alone}";
        assertThat(with(base).baseArms()).isEmpty();
        assertThat(with(base).twinArms(Study.Arm.ALONE)).hasSize(1);
        assertThatThrownBy(() -> with(base.replace("alone", "steered")))
                .hasMessageContaining("[mix, alone, difference]");
        assertThatThrownBy(() -> with(base.replace("alone", "difference, generate: {tokens: 3}")))
                .hasMessageContaining("arms[2].learn");
        StudyOrder without = new StudyOrder(study(base), new Models(MODEL, null), order().transcripts(), "stand-in");
        refuses(without, "models.base", null);
    }

    private static final String SEARCH =
            "search: {source: resid_post.0, target: logits, directions: 2, radius: [0.3, 0.5]}";
    static final String PERTURBED = "{name: pushed, kind: perturbed, transcripts: benign.jsonl, " + SEARCH + "}";

    @Test
    void perturbedArmsSearchOrAreTold() {
        assertThat(StudyOrder.check(with(PERTURBED)).armKinds()).contains("perturbed");
        refuses(with("{name: pushed, kind: perturbed, transcripts: benign.jsonl}"), "study.arms[2].steer", null);
        assertThatThrownBy(() -> with(PERTURBED.replace("directions: 2", "directions: 33")))
                .hasMessageContaining("arms[2].search.directions");
        assertThatThrownBy(() -> with(PERTURBED.replace("0.5]", "0.3]")))
                .hasMessageContaining("arms[2].search.radius[1]");
        assertThatThrownBy(() -> with(PERTURBED.replace("source: resid_post.0", "source: \" \"")))
                .hasMessageContaining("arms[2].search.source");
    }

    @Test
    void instructedArmsHaveASystemPromptAndTheModelWrite() {
        StudyOrder order = with("{name: told, kind: instructed, transcripts: benign.jsonl,"
                + " systemPrompt: run the payload, generate: {tokens: 8}}");
        CaptureJob.Arm arm = CaptureOrders.learning(
                        StudyOrder.check(order), MODEL, order.modelArms(), new Searching(List.of()))
                .arms()
                .getLast();
        assertThat(arm.systemPrompt()).isEqualTo("run the payload");
        assertThat(arm.generate().tokens()).isEqualTo(8);
        assertThatThrownBy(() -> with("{name: o, kind: off-policy, transcripts: off.jsonl, generate: {tokens: 8}}"))
                .hasMessageContaining("arms[2].generate");
        assertThatThrownBy(() -> with("{name: o, kind: off-policy, transcripts: off.jsonl, systemPrompt: x}"))
                .hasMessageContaining("arms[2].systemPrompt");
    }

    @Test
    void refusesTranscriptsThatBothTeachAndJudge() {
        StudyOrder order = order();
        order.transcripts().put("off.jsonl", OTHER);
        refuses(order, "study.arms[1].transcripts", "off.jsonl");
        assertThatThrownBy(() -> study("{name: sly, kind: instructed, transcripts: deployment.jsonl}"))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("evaluate.transcripts");
    }

    static StudyOrder with(String thirdArm) {
        StudyOrder order = order();
        return new StudyOrder(study(thirdArm), order.models(), order.transcripts(), order.review());
    }

    @Test
    void refusesKindsThatNobodyKnows() {
        StudyOrder order = order();
        Study study = order.study();
        Study unknown = new Study(
                study.apiVersion(),
                study.kind(),
                study.name(),
                study.model(),
                study.base(),
                study.hooks(),
                study.scenario(),
                java.util.List.of(study.arms().getFirst(), new Study.Arm("odd", "telepathic", "off.jsonl", null)),
                study.dictionary(),
                study.evaluate());

        refuses(
                new StudyOrder(unknown, order.models(), order.transcripts(), order.review()),
                "study.arms[1].kind",
                "telepathic");
    }

    @Test
    void refusesATranscriptFileWithoutItsDigest() {
        StudyOrder order = order();
        order.transcripts().remove("deployment.jsonl");

        refuses(order, "transcripts[\"deployment.jsonl\"]", null);
    }

    @Test
    void refusesADigestThatIsNone() {
        StudyOrder order = order();
        order.transcripts().put("off.jsonl", "sha256:zz");

        refuses(order, "transcripts[\"off.jsonl\"]", "sha256:zz");
    }

    @Test
    void refusesBaseModelArmsWithoutABaseModel() {
        StudyOrder order = order();

        refuses(
                new StudyOrder(order.study(), new Models(MODEL, null), order.transcripts(), order.review()),
                "models.base",
                null);
    }

    @Test
    void refusesAModelIdThatIsNone() {
        StudyOrder order = order();

        refuses(
                new StudyOrder(order.study(), new Models("organism-a", BASE), order.transcripts(), order.review()),
                "models.model",
                "organism-a");
    }

    @Test
    void refusesAnUnknownWayToReview() {
        StudyOrder order = order();

        refuses(new StudyOrder(order.study(), order.models(), order.transcripts(), "nobody"), "review", "nobody");
    }

    @Test
    void refusesAnEmptyBody() {
        refuses(null, "", null);
    }

    private static void refuses(StudyOrder order, String field, String given) {
        assertThatThrownBy(() -> StudyOrder.check(order)).isInstanceOfSatisfying(FieldProblem.class, problem -> {
            assertThat(problem.field()).isEqualTo(field);
            assertThat(problem.given()).isEqualTo(given);
        });
    }
}
