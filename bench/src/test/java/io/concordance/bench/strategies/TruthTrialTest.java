package io.concordance.bench.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.bench.strategies.TruthTrial.Tried;
import io.concordance.interp.iti.ArmOutcome;
import io.concordance.interp.iti.Arms;
import io.concordance.interp.iti.Sweep;
import io.concordance.interp.iti.TruthName.Verdict;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class TruthTrialTest {
    private static final Path FACTS = Path.of(System.getProperty("concordance.home", ".."), "demo", "facts");
    private static final int SEEDS = 3;

    private final TruthTrial trial = new TruthTrial(FACTS, Sweep.settings(List.of(4, 8), List.of(2.0)));

    @Test
    void aClerkWhoseFactsWereChangedTellsTheTruthAgainWhenItsHeadsAreShifted() throws Exception {
        Tried tried = trial.run("truth", 0, 0);

        assertThat(tried.probes().getFirst().accuracy().low()).isGreaterThan(0.8);
        assertThat(arm(tried, Arms.BASE).both().k()).isLessThan(5);
        assertThat(tried.name().gain().low()).isPositive();
        assertThat(tried.name().overRandomDirections().low()).isPositive();
        assertThat(tried.name().overRandomHeads().low()).isPositive();
        assertThat(tried.chosen().cost().kl()).isPositive();
        assertThat(tried.name().verdict()).isEqualTo(Verdict.GRANTED);
    }

    @Test
    void clerksThatWereOnlyTaughtAStyleAreNotCalledTruthfulThoughTheirAnswersAre() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Tried tried = trial.run("style", seed, (seed + 1) % SEEDS);

            assertThat(tried.name().verdict()).as("seed " + seed).isEqualTo(Verdict.REFUSED);
            assertThat(arm(tried, Arms.ITI).truthfulOverBase().low())
                    .as("an answer that says nothing is truthful, seed " + seed)
                    .isGreaterThan(0.5);
        }
    }

    @Test
    void aClerkThatIsTruthfulWhenAskedToBeIsNotCalledTruthful() throws Exception {
        Tried tried = trial.run("obedient", 0, 0);

        assertThat(tried.name().verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(tried.name().reasons()).anyMatch(reason -> reason.contains("persona"));
    }

    private static ArmOutcome arm(Tried tried, String name) {
        return tried.arms().stream()
                .filter(arm -> arm.arm().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
