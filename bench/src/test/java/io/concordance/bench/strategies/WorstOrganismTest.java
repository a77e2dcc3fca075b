package io.concordance.bench.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WorstOrganismTest {
    private final WorstOrganism worst = new WorstOrganism();

    @Test
    void namesTheOrganismFurthestFromTheGoalBesideAllOthers() {
        worst.add("recall", Organism.DEPLOY, -0.08, "0.98", "at least 0.9", true);
        worst.add("recall", Organism.CODE, 0.3, "0.6", "at least 0.9", false);
        worst.add("recall", Organism.OVERSEER, -0.05, "0.95", "at least 0.9", true);

        assertThat(worst.rows())
                .containsExactly(List.of(
                        "worst: code", "recall", "0.6; the others: deploy 0.98; overseer 0.95", "at least 0.9", "no"));
    }

    @Test
    void oneOrganismAloneIsNoWorst() {
        worst.add("recall", Organism.DEPLOY, 0.5, "0.4", "at least 0.9", false);

        assertThat(worst.rows()).isEmpty();
    }
}
