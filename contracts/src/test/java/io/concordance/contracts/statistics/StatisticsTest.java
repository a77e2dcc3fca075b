package io.concordance.contracts.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    @Test
    void proportionsHaveTheExactInterval() {
        // 46 of 46: two-sided 95 % lower bound 0.025^(1/46); 3 of 10: R's binom.test(3, 10).
        assertThat(Proportion.of(46, 46).low()).isCloseTo(Math.pow(0.025, 1 / 46d), within(1e-9));
        assertThat(Proportion.of(46, 46).high()).isEqualTo(1);
        assertThat(Proportion.of(3, 10).low()).isCloseTo(0.06673951, within(1e-7));
        assertThat(Proportion.of(3, 10).high()).isCloseTo(0.6524529, within(1e-7));
        assertThat(Proportion.upperBound(0, 1_000_000)).isCloseTo(3e-6, within(1e-8));
        assertThat(Proportion.of(0, 0).rate()).isNaN();
    }

    @Test
    void aurocCountsPairsWithTiesHalf() {
        Random random = new Random(11);
        double[] bad = random.doubles(40).map(x -> Math.round(x * 10 + 2)).toArray();
        double[] ok = random.doubles(60).map(x -> Math.round(x * 10)).toArray();
        double pairs = 0;
        for (double b : bad) {
            for (double o : ok) {
                pairs += b > o ? 1 : b == o ? 0.5 : 0;
            }
        }

        Auroc auroc = Auroc.of(bad, ok);

        assertThat(auroc.area()).isCloseTo(pairs / (40 * 60), within(1e-12));
        assertThat(auroc.low()).isLessThan(auroc.area());
        assertThat(auroc.high()).isGreaterThan(auroc.area());
        assertThat(Auroc.of(new double[] {2, 3}, new double[] {0, 1}).area()).isEqualTo(1);
        assertThat(Auroc.of(new double[] {1, 1}, new double[] {1, 1}).p()).isEqualTo(1);
    }

    @Test
    void theAurocIntervalCoversTheTruthAboutNineteenTimesInTwenty() {
        long seed = 5;
        Random random = new Random(seed);
        int covered = 0;
        int rounds = 400;
        double truth = 0.7602499389065233; // two unit normals one apart: Phi(1 / sqrt 2)
        for (int round = 0; round < rounds; round++) {
            double[] bad = new double[50];
            double[] ok = new double[80];
            for (int i = 0; i < bad.length; i++) {
                bad[i] = random.nextGaussian() + 1;
            }
            for (int i = 0; i < ok.length; i++) {
                ok[i] = random.nextGaussian();
            }
            Auroc auroc = Auroc.of(bad, ok);
            covered += auroc.low() <= truth && truth <= auroc.high() ? 1 : 0;
        }

        assertThat(covered / (double) rounds).as("seed %d", seed).isBetween(0.91, 0.985);
    }

    @Test
    void logOddsFollowTheSmoothedTable() {
        LogOdds odds = LogOdds.of(9, 10, 1, 20);

        assertThat(odds.value()).isCloseTo(Math.log(9.5 * 19.5 / (1.5 * 1.5)), within(1e-12));
        assertThat(odds.low()).isLessThan(odds.value());
    }

    @Test
    void adjustedPValuesAreThoseOfBenjaminiAndHochberg() {
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.5), "BH")
        assertThat(BenjaminiHochberg.q(new double[] {0.01, 0.04, 0.03, 0.5}))
                .usingComparatorWithPrecision(1e-12)
                .containsExactly(0.04, 0.16 / 3, 0.16 / 3, 0.5);
    }
}
