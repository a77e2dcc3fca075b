package io.concordance.interp.label;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.interp.evidence.EvidencePass;
import io.concordance.interp.planted.Planted;
import io.concordance.interp.planted.Planted.Doc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelMaterialsTest {
    private static final long SEED = 5;
    private static final int FEATURES = 4;
    private static final int SOMETIMES = 0;
    private static final int EVERYWHERE = 1;
    private static final int ONCE = 2;
    private static final int NEVER = 3;

    @TempDir
    Path folder;

    private Evidence evidence;
    private LabelMaterials materials;

    /** Feature 0 fires on every second token 7, so that silent tokens 7 are there to be found. */
    @BeforeEach
    void plant() throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        List<Doc> documents = new ArrayList<>();
        for (int d = 0; d < 400; d++) {
            documents.add(new Doc("d" + d, Outcome.OK, random.ints(30, 5, 40).toArray(), 30));
        }
        String once = documents.stream()
                .map(Doc::id)
                .filter(id -> DocumentSplit.of(DocumentSplit.key(SEED, id)) == DocumentSplit.SCORE)
                .findFirst()
                .orElseThrow();
        evidence = new EvidencePass(Planted.identity(FEATURES, 0.5f), EvidenceOptions.defaults(SEED), 2)
                .run(
                        Planted.write(
                                folder, "job", "benign", "benign", "learning", FEATURES, 50, documents, (d, r) -> {
                                    float[] x = new float[FEATURES];
                                    boolean even = Integer.parseInt(d.id().substring(1)) % 2 == 0;
                                    x[SOMETIMES] = d.tokens()[r] == 7 && even ? 1 + r : 0;
                                    x[EVERYWHERE] = r == 3 ? 1 : 0;
                                    x[ONCE] = d.id().equals(once) && r == 9 ? 4 : 0;
                                    return x;
                                }),
                        n -> {});
        materials = new LabelMaterials(evidence, token -> "t" + token + " ");
    }

    private static Set<String> documents(List<Window> first, List<Window> second) {
        return Stream.concat(first.stream(), second.stream())
                .map(Window::document)
                .collect(Collectors.toCollection(HashSet::new));
    }

    @Test
    void whatExplainsNeverScores() {
        for (int feature = 0; feature < FEATURES; feature++) {
            LabelMaterial material = materials.of(feature, "x");
            Set<String> explain = documents(material.explain(), material.explainSilent());
            Set<String> score = documents(material.score(), material.scoreSilent());

            assertThat(explain).as("seed %d, feature %d", SEED, feature).doesNotContainAnyElementsOf(score);
            assertThat(score).allMatch(id -> DocumentSplit.of(DocumentSplit.key(SEED, id)) == DocumentSplit.SCORE);
        }
    }

    @Test
    void windowsFireWhereTheFeatureDoesAndAreSilentWhereItIs() {
        LabelMaterial material = materials.of(SOMETIMES, "x");

        assertThat(material.explain()).hasSize(20).allMatch(Window::fires);
        assertThat(material.score()).hasSize(20).allMatch(Window::fires);
        assertThat(material.explain()).extracting(Window::maximum).isSortedAccordingTo((a, b) -> Float.compare(b, a));
        assertThat(material.scoreSilent()).hasSize(20).noneMatch(Window::fires);
        assertThat(material.scoreSilent().stream().filter(w -> w.text().contains("t7 ")))
                .as("windows with the token it fires on elsewhere")
                .hasSizeGreaterThanOrEqualTo(10);
        assertThat(material.scoreSilent())
                .extracting(Window::document)
                .doesNotHaveDuplicates()
                .allMatch(id -> !firesSomewhere(id));
    }

    private boolean firesSomewhere(String id) {
        var maxima = evidence.features().get(SOMETIMES).maxima();
        for (int i = 0; i < maxima.size(); i++) {
            if (evidence.documents().get(maxima.document(i)).id().equals(id)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void aFeatureOfEveryDocumentHasNoSilentWindows() {
        assertThat(materials.of(EVERYWHERE, "x").scoreSilent()).isEmpty();
    }

    @Test
    void aRareFeatureIsShownWhereverItFiredAndThenNotScored() {
        LabelMaterial once = materials.of(ONCE, "x");

        assertThat(once.explain()).hasSize(1);
        assertThat(once.score()).isEmpty();
        assertThat(materials.of(NEVER, null).explain()).isEmpty();
    }
}
