package io.concordance.registry.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.study.Study;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyFilesTest {
    private static final String ONE =
            "{\"id\": \"a\", \"spans\": [{\"kind\": \"raw\", \"role\": \"user\", \"text\": \"hi\"}]}\n";

    private final Study study = StudyOrderTest.study("{name: base, kind: base-model, transcripts: data/benign.jsonl}");
    private final Map<String, Path> files = new HashMap<>();

    @TempDir
    Path folder;

    @BeforeEach
    void send() throws IOException {
        for (String name :
                new String[] {"benign.jsonl", "off.jsonl", "deployment.jsonl", "model.onnx", "tokenizer.json"}) {
            files.put(name, Files.writeString(folder.resolve("upload-" + files.size()), ONE));
        }
    }

    @Test
    void aPathMeansTheFileOfItsLastPart() {
        StudyFiles sent = new StudyFiles(study("benign.jsonl"), files);
        assertThat(sent.transcripts())
                .containsEntry("benign.jsonl", files.get("benign.jsonl"))
                .containsEntry("off.jsonl", files.get("off.jsonl"))
                .containsEntry("deployment.jsonl", files.get("deployment.jsonl"))
                .hasSize(3);
        assertThat(sent.of("model", study.model()).onnx()).isEqualTo(files.get("model.onnx"));
        for (String path : new String[] {"c.jsonl", "../../c.jsonl", "a/b/c.jsonl", "C:\\a\\c.jsonl"}) {
            assertThat(StudyFiles.name(path)).isEqualTo("c.jsonl");
        }
    }

    @Test
    void aFileThatDidNotComeOrHoldsNoTranscriptsIsNamedByItsField() throws IOException {
        refuses(
                () -> new StudyFiles(study, files).of("base", study.base()),
                "base.onnx",
                "benign.jsonl, deployment.jsonl");
        files.remove("off.jsonl");
        refuses(
                () -> new StudyFiles(study, files).transcripts(),
                "arms[1].transcripts",
                "the name of a file that is sent");
        files.put("off.jsonl", Files.write(folder.resolve("binary"), new byte[] {0, (byte) 0xff, 7, 10}));
        refuses(() -> new StudyFiles(study, files).transcripts(), "arms[1].transcripts", "a file of transcripts");
    }

    @Test
    void twoPathsThatDifferByFolderAloneCannotBeToldApart() {
        refuses(() -> new StudyFiles(study, files).transcripts(), "arms[2].transcripts", "folders do not come along");
    }

    private static Study study(String third) {
        return StudyOrderTest.study("{name: base, kind: base-model, transcripts: " + third + "}");
    }

    private static void refuses(ThrowingCallable call, String field, String allowed) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        FieldProblem.class, e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining(allowed);
    }
}
