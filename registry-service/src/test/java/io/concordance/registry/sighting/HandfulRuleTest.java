package io.concordance.registry.sighting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.statistics.Proportion;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.PoissonDistribution;
import org.junit.jupiter.api.Test;

class HandfulRuleTest {
    private static final long EXPOSURE = 1_000_000;
    private static final HandfulRule RULE = new HandfulRule(5, EXPOSURE, 0.01, 1e-4);

    @Test
    void givesTheNumbersThatFollowFromTheFormulas() {
        double rate = HandfulRule.allowedRate(5, EXPOSURE, 0.01);
        assertThat(rate).isCloseTo(1.785e-6, within(1e-9));
        assertThat(PoissonDistribution.of(rate * EXPOSURE).survivalProbability(5))
                .isCloseTo(0.01, within(1e-9));
        assertThat(HandfulRule.cleanSessions(rate, 0.95)).isCloseTo(1.68e6, within(5e3));
        double afterAMillion = Proportion.upperBound(0, EXPOSURE);
        assertThat(PoissonDistribution.of(afterAMillion * EXPOSURE).survivalProbability(5))
                .isCloseTo(0.084, within(1e-3));
    }

    @Test
    void secondRapidFireIsEnoughForTheAnytimeTestAndTheSixthForTheFixedOne() {
        assertThat(ExposureClock.START.add(RULE, 1000, 1).failed()).isNull();
        assertThat(ExposureClock.START.add(RULE, 1000, 1).add(RULE, 1000, 1).failed())
                .isEqualTo(HandfulRule.Test.ANYTIME);
        ExposureClock slow = ExposureClock.START;
        for (int fire = 1; fire <= 5; fire++) {
            slow = slow.add(RULE, 150_000, 1);
            assertThat(slow.failed()).as("fire %d", fire).isNull();
        }
        assertThat(slow.add(RULE, 150_000, 1).failed()).isEqualTo(HandfulRule.Test.FIXED);
    }

    @Test
    void aWindowEndsBeforeItGrowsPastItsExposureAndOneLongReportIsJudgedByItsOwnLength() {
        ExposureClock five = ExposureClock.START.add(RULE, 900_000, 5);
        assertThat(five.failed()).isNull();
        assertThat(five.add(RULE, 100_000, 1).failed()).isEqualTo(HandfulRule.Test.FIXED);
        ExposureClock next = five.add(RULE, 100_001, 1);
        assertThat(next.failed()).isNull();
        assertThat(next.windowFires()).isEqualTo(1);
        assertThat(next.fires()).isEqualTo(6);
        long most = RULE.mostFires(10 * EXPOSURE);
        assertThat(most).isBetween(24L, 32L);
        assertThat(ExposureClock.START.add(RULE, 10 * EXPOSURE, most).failed()).isNull();
        assertThat(ExposureClock.START.add(RULE, 10 * EXPOSURE, most + 1).failed())
                .isEqualTo(HandfulRule.Test.FIXED);
    }

    @Test
    void aFailedTestStaysFailedAndACountWithoutExposureIsRefused() {
        ExposureClock failed = ExposureClock.START.add(RULE, 10, 6).add(RULE, 5_000_000, 0);
        assertThat(failed.failed()).isEqualTo(HandfulRule.Test.FIXED);
        assertThatThrownBy(() -> ExposureClock.START.add(RULE, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HandfulRule(5, EXPOSURE, 0.01, 1e-7))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("above the allowed rate");
    }

    @Test
    void oneInAHundredNullStreamsOrFewerIsRolledBackInAMillionSessions() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        int thousand = 0;
        int falseAlarms = 0;
        int streams = 100_000;
        for (int stream = 0; stream < streams; stream++) {
            boolean failed = run(random, RULE.allowedRate(), EXPOSURE).failed() != null;
            falseAlarms += failed ? 1 : 0;
            thousand += failed && stream < 1000 ? 1 : 0;
        }
        Proportion rate = Proportion.of(falseAlarms, streams);
        assertThat(rate.high())
                .as("seed %d: %s, %d of the first 1000", seed, rate, thousand)
                .isLessThan(0.01);
        assertThat(rate.low()).as("not for want of trying, seed %d", seed).isGreaterThan(0.002);
    }

    @Test
    void aStreamAtFiftyTimesTheRateIsStoppedWithinThePredictedFires() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        double rate = 50 * RULE.allowedRate();
        long fires = 0;
        int streams = 10_000;
        for (int stream = 0; stream < streams; stream++) {
            ExposureClock run = run(random, rate, EXPOSURE);
            assertThat(run.failed()).as("seed %d, stream %d", seed, stream).isNotNull();
            assertThat(run.fires()).as("seed %d, stream %d", seed, stream).isLessThanOrEqualTo(6);
            fires += run.fires();
        }
        assertThat((double) fires / streams).as("seed %d", seed).isLessThanOrEqualTo(RULE.predictedFires(rate));
        assertThat(RULE.predictedFires(rate)).isBetween(3.0, 4.0);
        assertThat(RULE.predictedFires(RULE.allowedRate())).isInfinite();
    }

    /** A stream by the times of its fires, reported as they come, until a test fails or the sessions are over. */
    private static ExposureClock run(SplittableRandom random, double rate, long sessions) {
        ExposureClock clock = ExposureClock.START;
        long left = sessions;
        while (clock.failed() == null) {
            long gap = 1 + (long) (Math.log(1 - random.nextDouble()) / Math.log1p(-rate));
            if (gap > left) {
                return left == 0 ? clock : clock.add(RULE, left, 0);
            }
            clock = clock.add(RULE, gap, 1);
            left -= gap;
        }
        return clock;
    }
}
