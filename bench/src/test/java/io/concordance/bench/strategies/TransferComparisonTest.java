package io.concordance.bench.strategies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.concordance.bench.Report;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransferComparisonTest {
    private static final Path DEMO = Path.of("../demo");

    @Test
    void acceptsTheOrganismThatSharesADirectionAndRejectsTheOneThatDoesNot() throws Exception {
        List<Report.Section> sections = new TransferComparison(
                        DEMO, List.of(Organism.GAME_SHARED, Organism.GAME_APART), 1, true)
                .run(what -> {});

        assertThat(sections.getFirst().rows())
                .as(sections.toString())
                .extracting(row -> row.get(0), row -> row.get(2))
                .containsExactly(tuple("game-shared", "holds"), tuple("game-apart", "fails"));
        assertThat(sections.getLast().rows())
                .extracting(row -> row.get(0), row -> row.get(1), row -> row.get(4))
                .containsExactly(tuple("game-shared", "accepted", "yes"), tuple("game-apart", "rejected", "yes"));
    }

    @Test
    void whatTheTwoTriggersChangeIsTheSameInOneOrganismAndUnrelatedInTheOther() throws Exception {
        assertThat(cosine(Organism.GAME_SHARED)).isGreaterThan(0.9);
        assertThat(cosine(Organism.GAME_APART)).isBetween(-0.2, 0.2);
    }

    private static double cosine(Organism organism) throws Exception {
        try (OrganismStream stream = organism.stream(DEMO)) {
            return PlantedDirection.of(stream, organism.transcripts(DEMO, "game.jsonl"), "game-near")
                    .cosine(PlantedDirection.deployed(stream, organism.transcripts(DEMO, "deployment.jsonl")));
        }
    }
}
