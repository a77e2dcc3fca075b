package io.concordance.interp.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeadProbesTest {
    private static final int HEADS = 4;
    private static final int WIDTH = 12;
    private static final int TELLING = 2;
    private static final long SEED = 3;

    private record Document(String id, Outcome outcome, float[] activations) {}

    /** Three tokens, two of them the prompt's; at its last one head 2 lies 2 higher in its second value on ok documents. */
    private static List<Document> documents(int count, double gap) {
        Random random = new Random(SEED);
        List<Document> documents = new ArrayList<>();
        for (int d = 0; d < count; d++) {
            float[] values = new float[3 * WIDTH];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian(0, 0.5);
            }
            if (d % 2 == 0) {
                values[WIDTH + TELLING * 3 + 1] += (float) gap;
            }
            documents.add(new Document("d" + d, d % 2 == 0 ? Outcome.OK : Outcome.BAD, values));
        }
        return documents;
    }

    private static List<HeadProbe> probes(List<Document> documents, HeadRead read) {
        HeadProbes probes = new HeadProbes("z", HEADS, WIDTH, read, SEED);
        documents.forEach(d -> probes.add(d.id, d.id, d.outcome, d.activations, 3, 2));
        return probes.fit();
    }

    @Test
    void ranksTheHeadThatTellsFirstOnDocumentsThatDidNotFitIt() {
        List<HeadProbe> ranked = HeadProbes.ranked(probes(documents(400, 2), HeadRead.LAST_PROMPT));
        HeadProbe best = ranked.getFirst();

        assertThat(best.head()).isEqualTo(TELLING);
        assertThat(best.accuracy().low()).as("seed " + SEED).isGreaterThan(0.9);
        assertThat(best.accuracy().n()).isEqualTo(best.heldOutBad() + best.heldOutOk());
        assertThat(best.fittedBad() + best.fittedOk() + best.accuracy().n()).isEqualTo(400);
        assertThat(best.auroc().area()).isGreaterThan(0.97);
        assertThat(ranked.get(1).auroc().low()).as("others say nothing").isLessThan(0.55);
        assertThat(best.direction()[1]).as("towards ok").isGreaterThan(0.99f);
        assertThat(best.sigma())
                .as("spread within the classes and between them")
                .isCloseTo(Math.sqrt(0.25 + 1), within(0.1));
    }

    @Test
    void readsTheTokenThatWasAskedFor() {
        for (HeadRead read : List.of(HeadRead.LAST, HeadRead.OUTPUT_MEAN)) {
            assertThat(probes(documents(400, 2), read).get(TELLING).auroc().low())
                    .as(read.name())
                    .isLessThan(0.55);
        }
    }

    @Test
    void isTheSameWhateverOrderDocumentsComeIn() {
        List<Document> documents = documents(120, 1);
        List<HeadProbe> first = probes(documents, HeadRead.LAST_PROMPT);
        Collections.shuffle(documents, new Random(SEED));

        List<HeadProbe> second = probes(documents, HeadRead.LAST_PROMPT);

        for (int h = 0; h < HEADS; h++) {
            assertThat(second.get(h).direction()).containsExactly(first.get(h).direction());
            assertThat(second.get(h).sigma()).isEqualTo(first.get(h).sigma());
            assertThat(second.get(h).auroc()).isEqualTo(first.get(h).auroc());
        }
    }

    @Test
    void aGroupIsNotOnBothSides() {
        HeadProbes probes = new HeadProbes("z", HEADS, WIDTH, HeadRead.LAST_PROMPT, SEED);
        documents(400, 2).forEach(d -> probes.add(d.id, "one question", d.outcome, d.activations, 3, 2));

        assertThatThrownBy(probes::fit)
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("0 bad and 0 ok")
                .hasMessageContaining("at least 10 of each");
    }

    @Test
    void saysHowManyItWouldNeed() {
        assertThatThrownBy(() -> probes(documents(30, 2), HeadRead.LAST_PROMPT))
                .isInstanceOfSatisfying(
                        FieldProblem.class, e -> assertThat(e.field()).isEqualTo("labelled"));
        assertThatThrownBy(() -> new HeadProbes("z", 5, WIDTH, HeadRead.LAST, SEED))
                .isInstanceOf(FieldProblem.class);
    }

    @Test
    void aHeadThatNeverChangesIsNotShifted() {
        HeadProbes probes = new HeadProbes("z", HEADS, WIDTH, HeadRead.LAST_PROMPT, SEED);
        documents(100, 2).forEach(d -> probes.add(d.id, d.id, d.outcome, new float[3 * WIDTH], 3, 2));

        assertThat(probes.fit()).allSatisfy(head -> {
            assertThat(head.sigma()).isZero();
            assertThat(head.auroc().area()).isEqualTo(0.5);
        });
    }
}
