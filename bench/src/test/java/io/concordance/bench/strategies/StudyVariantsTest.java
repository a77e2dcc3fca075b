package io.concordance.bench.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.study.Study;
import io.concordance.contracts.study.StudyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyVariantsTest {
    private static final Path DEMO = Path.of("../demo");

    @TempDir
    Path work;

    @Test
    void aShuffledStudyHasTheSameTextsAndOutcomesButNotTogether() throws IOException {
        Path study = new StudyVariants(DEMO, work).shuffled(1000, 3);

        List<String> before = texts(DEMO);
        List<String> after = texts(study.getParent());
        assertThat(after).containsExactlyInAnyOrderElementsOf(before).isNotEqualTo(before);
        List<String> outcomes = outcomes(study.resolveSibling("off_policy.jsonl"));
        assertThat(outcomes).isEqualTo(outcomes(DEMO.resolve("off_policy.jsonl")));
        assertThat(StudyFile.read(study).dictionary().tokens()).isEqualTo(1000);
    }

    @Test
    void theCleanTwinStandsInThePlaceOfTheModel() throws IOException {
        Study study = StudyFile.read(new StudyVariants(DEMO, work).cleanTwin(null));

        assertThat(study.model()).isEqualTo(study.base());
        assertThat(study.model().onnx()).isEqualTo("base.onnx");
        assertThat(study.dictionary())
                .isEqualTo(StudyFile.read(DEMO.resolve("study.yaml")).dictionary());
    }

    @Test
    void aSteeredStudyLearnsFromTheSteeredModelAndFromBenignTranscriptsAlone() throws IOException {
        float[] direction = {0, 1, 0};
        Study study = StudyFile.read(new StudyVariants(DEMO, work)
                .steered(null, new SteeringDirection("resid_post.0", direction, 2.5, 12, 32)));

        assertThat(study.arms()).extracting(Study.Arm::kind).containsExactly("benign", "steered");
        Study.Arm arm = study.arms().getLast();
        assertThat(arm.learnsSteered()).isTrue();
        assertThat(arm.steer()).singleElement().satisfies(steer -> {
            assertThat(steer.vector()).containsExactly(0.0, 1.0, 0.0);
            assertThat(steer.scale()).isEqualTo(new Study.Scale(2.5, "absolute"));
        });
    }

    private static List<String> texts(Path folder) throws IOException {
        List<String> texts = new ArrayList<>();
        for (String file : List.of("benign.jsonl", "off_policy.jsonl")) {
            for (JsonNode transcript : read(folder.resolve(file))) {
                texts.add(transcript.get("spans").toString());
            }
        }
        return texts;
    }

    private static List<String> outcomes(Path file) throws IOException {
        return read(file).stream()
                .map(transcript -> transcript.get("outcome").asText())
                .toList();
    }

    private static List<JsonNode> read(Path file) throws IOException {
        List<JsonNode> transcripts = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            transcripts.add(Json.mapper().readTree(line));
        }
        return transcripts;
    }
}
