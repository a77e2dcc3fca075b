package io.concordance.interp.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.planted.Planted;
import io.concordance.interp.planted.Planted.Doc;
import io.concordance.interp.planted.Planted.Slice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceFileTest {
    private static final long SEED = 77;
    private static final int WIDTH = 8;
    private static final int FEATURES = 40;
    private static final EvidenceOptions OPTIONS = new EvidenceOptions(SEED, 5, 7, 4, 50, 16, 3, 10);

    @TempDir
    Path folder;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    private final Dictionary dictionary = Planted.random(WIDTH, FEATURES, SEED);
    private final List<Slice> shards = new ArrayList<>();

    @BeforeEach
    void write() {
        System.out.println("seed " + SEED);
        for (String arm : List.of("benign", "off-policy")) {
            List<Doc> documents = new ArrayList<>();
            for (int d = 0; d < 45; d++) {
                int[] tokens = random.ints(1 + random.nextInt(700), 0, 300).toArray();
                documents.add(new Doc("d" + d % 40, Outcome.ofCode(random.nextInt(3)), tokens, tokens.length / 2));
            }
            shards.addAll(Planted.write(
                    folder,
                    "job",
                    arm,
                    arm,
                    "learning",
                    WIDTH,
                    6,
                    documents,
                    (d, r) -> Planted.gaussian(random, WIDTH)));
        }
    }

    private EvidencePass pass() {
        return new EvidencePass(dictionary, OPTIONS, 2);
    }

    private String digest(Evidence evidence) {
        Path file = folder.resolve("evidence");
        EvidenceFile.write(evidence, file);
        return Digests.sha256(file);
    }

    private Evidence reread(Evidence evidence) {
        EvidenceFile.write(evidence, folder.resolve("stop"));
        return EvidenceFile.read(folder.resolve("stop"), OPTIONS, FEATURES, folder);
    }

    @Test
    void aPassThatStopsAfterAnyShardEndsInTheSameBytes() throws Exception {
        String whole = digest(pass().run(shards, n -> {}));
        for (int stop = 0; stop <= shards.size(); stop++) {
            Evidence first = pass().run(shards.subList(0, stop), n -> {});
            Evidence resumed = reread(first);
            assertThat(digest(resumed)).isEqualTo(digest(first));
            pass().extend(resumed, shards, n -> {});
            assertThat(digest(resumed)).as("stopped after shard " + stop).isEqualTo(whole);
        }
    }

    @Test
    void aPassThatStopsAfterEveryShardEndsInTheSameBytes() throws Exception {
        Evidence evidence = new Evidence(OPTIONS, FEATURES);
        for (int merged = 1; merged <= shards.size(); merged++) {
            pass().extend(evidence, shards.subList(0, merged), n -> {});
            evidence = reread(evidence);
        }
        assertThat(digest(evidence)).isEqualTo(digest(pass().run(shards, n -> {})));
    }

    @Test
    void documentsAreScreenedUpToTheLimitAndCountedBeyond() throws Exception {
        Evidence evidence = pass().run(shards, n -> {});
        int counted = 0;
        for (ArmTotals arm : evidence.arms()) {
            for (Outcome outcome : Outcome.values()) {
                counted += arm.documents(outcome);
                long screened = evidence.documents().stream()
                        .filter(d -> d.arm().equals(arm.arm()) && d.outcome() == outcome)
                        .count();
                if (outcome == Outcome.UNKNOWN) {
                    assertThat(screened).isZero();
                } else {
                    assertThat(screened).isBetween(3L, (long) OPTIONS.documents());
                }
            }
        }
        assertThat(counted).isEqualTo(80);
    }

    @Test
    void noDocumentIsInTwoSplitsAndNoFeatureIsExplainedAndScoredOnTheSameOne() throws Exception {
        Evidence evidence = pass().run(shards, n -> {});
        for (FeatureEvidence feature : evidence.features()) {
            Set<String> explained = new HashSet<>();
            feature.drawn(DocumentSplit.EXPLAIN)
                    .forEach(e -> explained.add(e.document().info().id()));
            assertThat(feature.drawn(DocumentSplit.SCORE))
                    .extracting(e -> e.document().info().id())
                    .doesNotContainAnyElementsOf(explained);
        }
    }

    @Test
    void anExampleHoldsWhatStandsAroundItAndNotItsWholeDocument() throws Exception {
        Evidence evidence = pass().run(shards, n -> {});
        int cut = 0;
        for (FeatureEvidence feature : evidence.features()) {
            for (Example example : feature.top()) {
                DocumentRows document = example.document();
                cut += document.tokens().length < document.length() ? 1 : 0;
                assertThat(document.firstRow()).isLessThanOrEqualTo(Math.max(0, example.row() - DocumentRows.REACH));
                assertThat(document.endRow())
                        .isGreaterThanOrEqualTo(Math.min(document.length(), example.row() + OPTIONS.context() + 1));
                assertThat(document.position(example.row())).isEqualTo(example.row());
            }
        }
        assertThat(cut).isPositive();
    }

    @Test
    void evidenceOfOtherOptionsIsNotGoneOnWith() throws Exception {
        Evidence evidence = pass().run(shards.subList(0, 1), n -> {});
        Path file = folder.resolve("evidence");
        EvidenceFile.write(evidence, file);
        assertThatThrownBy(() -> EvidenceFile.read(file, EvidenceOptions.defaults(SEED), FEATURES, folder))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("options");
        assertThatThrownBy(() -> EvidenceFile.read(file, OPTIONS, FEATURES + 1, folder))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("features");
    }
}
