package io.concordance.interp.shift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.interp.evidence.EvidencePass;
import io.concordance.interp.label.TokenText;
import io.concordance.interp.planted.Planted;
import io.concordance.interp.planted.Planted.Doc;
import io.concordance.interp.planted.Planted.Slice;
import io.concordance.interp.position.PositionAnalysis;
import io.concordance.interp.position.Positioning;
import io.concordance.interp.position.ShiftFinding;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans made of planted evidence, "captured" by planting the same features again. */
class ShiftReadingsTest {
    private static final long SEED = 3;
    private static final int BEGIN = 0;
    private static final int HEADING = 50;
    private static final int NEVER = 5;

    @TempDir
    private Path folder;

    /** What a feature makes of a token at a position. */
    private interface Plant {
        boolean fires(int token, int position);
    }

    private static final List<Plant> PLANTS = List.of(
            (token, position) -> position == 7,
            (token, position) -> position >= 1 && position < 16,
            (token, position) -> token == 3,
            (token, position) -> token == 1 && position < 32 && position > 0,
            (token, position) -> token == HEADING,
            (token, position) -> false);
    private static final Dictionary DICTIONARY = Planted.identity(PLANTS.size(), 0.5f);

    private Evidence evidence;

    @BeforeEach
    void gather() throws InterruptedException {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        List<Doc> documents = new ArrayList<>();
        for (int d = 0; d < 300; d++) {
            int[] tokens = new int[d % 3 == 0 ? 20 + random.nextInt(60) : 128];
            for (int r = 1; r < tokens.length; r++) {
                double u = random.nextDouble();
                tokens[r] = 1 + (int) (u * u * 40);
            }
            tokens[3] = HEADING;
            documents.add(Doc.ok("d" + d, tokens));
        }
        evidence = new EvidencePass(DICTIONARY, EvidenceOptions.defaults(SEED), 2)
                .run(capture("observed", documents), n -> {});
    }

    private List<Slice> capture(String job, List<Doc> documents) {
        return Planted.write(
                folder, job, "shift", "benign", "learning", PLANTS.size(), 500, documents, (document, row) -> {
                    float[] x = new float[PLANTS.size()];
                    for (int j = 0; j < x.length; j++) {
                        x[j] = PLANTS.get(j).fires(document.tokens()[row], row) ? 2 : 0;
                    }
                    return x;
                });
    }

    /** As a tokenizer of words reads the transcripts, with its own tokens before every text. */
    private static List<Doc> tokenized(byte[] transcripts, int... lead) {
        return new String(transcripts, StandardCharsets.UTF_8)
                .lines()
                .map(line -> Json.read(line.getBytes(StandardCharsets.UTF_8), JsonNode.class))
                .map(json -> {
                    String text = json.path("spans").path(0).path("text").asText();
                    int[] words = Arrays.stream(text.strip().split(" "))
                            .mapToInt(Integer::parseInt)
                            .toArray();
                    int[] tokens = IntStream.concat(IntStream.of(lead), IntStream.of(words))
                            .toArray();
                    return Doc.ok(json.path("id").asText(), tokens);
                })
                .toList();
    }

    private List<ShiftFinding> findings(ShiftPlan plan, TokenText text, int... lead) {
        ShiftReadings readings = new ShiftReadings(plan, DICTIONARY);
        capture("shifted", tokenized(plan.transcripts(text), lead)).forEach(slice -> readings.read(slice.file()));
        return readings.findings(SEED);
    }

    @Test
    void movedWindowsTellWhatAFeatureAnswersTo() {
        ShiftPlan plan = new ShiftPlanner(evidence, 1).plan(new int[] {0, 1, 2, 3, 4, 5});

        assertThat(plan.prefix()).isEqualTo(1);
        assertThat(plan.targets()).extracting(ShiftPlan.Target::feature).containsExactly(0, 1, 2, 3, 4);
        assertThat(plan.targets().getFirst().positions()).contains(7, 127);
        List<ShiftFinding> found = findings(plan, token -> token + " ", BEGIN);

        assertThat(found).allSatisfy(f -> {
            assertThat(f.windows()).isEqualTo(ShiftPlanner.WINDOWS);
            assertThat(f.background()).isEqualTo(ShiftPlanner.WINDOWS);
            assertThat(f.leftOut()).isZero();
            assertThat(f.reproduced()).isEqualTo(1);
        });
        assertThat(found)
                .extracting(f -> f.positioning(Positioning.INSUFFICIENT))
                .containsExactly(
                        Positioning.POSITIONAL,
                        Positioning.POSITIONAL,
                        Positioning.SEMANTIC,
                        Positioning.MIXED,
                        Positioning.SEMANTIC);
        assertThat(new PositionAnalysis(evidence).run().get(4).positioning())
                .as("a token that stands in one place only cannot be told by looking")
                .isEqualTo(Positioning.INSUFFICIENT);
        assertThat(new ShiftPlanner(evidence, 1).plan(new int[] {0, 1, 2, 3, 4, 5}))
                .isEqualTo(plan);
    }

    /** Documents that a chat template began: their first token is none that the tokenizer puts before a text by itself. */
    @Test
    void whatEveryDocumentBeginsWithIsTextUnlessTheTokenizerPutsItThere() {
        ShiftPlan plan = new ShiftPlanner(evidence, 0).plan(new int[] {0, 2});

        List<ShiftFinding> found = findings(plan, token -> token + " ");

        assertThat(found).allSatisfy(f -> {
            assertThat(f.leftOut()).isZero();
            assertThat(f.reproduced()).isEqualTo(1);
        });
        assertThat(found)
                .extracting(f -> f.positioning(Positioning.INSUFFICIENT))
                .containsExactly(Positioning.POSITIONAL, Positioning.SEMANTIC);
        assertThat(findings(plan, token -> token + " ", BEGIN))
                .as("windows one token further than planned")
                .allSatisfy(f -> assertThat(f.windows() + f.background()).isZero());
    }

    @Test
    void windowsThatTheTokenizerDoesNotGiveBackAreCounted() {
        ShiftPlan plan = new ShiftPlanner(evidence, 1).plan(new int[] {2});
        long broken = plan.targets().getFirst().own().stream()
                        .filter(window -> window.contains(NEVER))
                        .count()
                + plan.targets().getFirst().background().stream()
                        .filter(window -> window.contains(NEVER))
                        .count();
        assertThat(broken).isPositive();

        ShiftFinding found = findings(plan, token -> (token == NEVER ? 40 : token) + " ", BEGIN)
                .getFirst();

        assertThat(found.leftOut()).isEqualTo((int) broken);
        assertThat(found.windows() + found.background()).isEqualTo(2 * ShiftPlanner.WINDOWS - (int) broken);
    }

    @Test
    void refusesShardsOfOtherDocuments() {
        ShiftReadings readings = new ShiftReadings(new ShiftPlanner(evidence, 1).plan(new int[] {2}), DICTIONARY);
        Slice other = capture("other", List.of(Doc.ok("stranger", 0, 1, 2))).getFirst();

        assertThatThrownBy(() -> readings.read(other.file()))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("stranger");
    }
}
