package io.concordance.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.concordance.contracts.problem.FieldProblem;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlantTest {
    private static final double[] STEADY = {0.2};

    /** Workers of 10 slices a second, transactions of 5 ms, a database of 1000 of them a second. */
    private static final Times TIMES = new Times(
            STEADY,
            new double[] {0.01},
            8192,
            1e6,
            1,
            new double[] {0.005},
            1000,
            0.004,
            0.00002,
            50_000,
            6,
            0,
            4,
            5000,
            1200,
            0);

    private static final Layout WIDE = Layout.shipped()
            .withPartitions(100_000)
            .withConnections(100_000)
            .withJobs(512)
            .withShardPartitions(512);

    @Test
    void aloneAWorkerMakesWhatItsModelsMake() {
        Plant.Outcome one = Plant.run(TIMES, WIDE, 1, 1);

        assertThat(one.captured()).isCloseTo(10, Percentage.withPercentage(2));
        assertThat(one.heard()).isCloseTo(one.captured(), Percentage.withPercentage(3));
        assertThat(one.models()).isBetween(0.98, 1.0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 16, 64})
    void partitionsBoundTheSlicesInHand(int partitions) {
        Layout layout = WIDE.withPartitions(partitions);

        Plant.Outcome many = Plant.run(with(TIMES, 1e6), layout, 100, 1);

        assertThat(many.captured())
                .isCloseTo(Resource.PARTITIONS.limit(TIMES, layout, 100), Percentage.withPercentage(3))
                .isLessThanOrEqualTo(Resource.PARTITIONS.limit(TIMES, layout, 100) * 1.02);
    }

    @Test
    void oneJobsRowLetsOneTransactionThroughAtATime() {
        Times roomy = with(TIMES, 1e6);
        Layout oneJob = WIDE.withJobs(1);

        Plant.Outcome many = Plant.run(roomy, oneJob, 100, 1);

        assertThat(many.jobRow()).isCloseTo(1, Percentage.withPercentage(1));
        assertThat(many.captured()).isCloseTo(Resource.JOB_ROW.limit(roomy, oneJob, 100), Percentage.withPercentage(2));
    }

    @Test
    void theDatabaseIsSharedByAllWhoCommit() {
        Plant.Outcome many = Plant.run(TIMES, WIDE, 200, 1);

        assertThat(many.database()).isCloseTo(1, Percentage.withPercentage(1));
        assertThat(many.kept())
                .isLessThanOrEqualTo(Resource.DATABASE.limit(TIMES, WIDE, 200) * 1.02)
                .isLessThan(Resource.WORKERS.limit(TIMES, WIDE, 200) / 5);
    }

    @Test
    void withoutConnectionsNobodyWorks() {
        assertThat(Plant.run(TIMES, WIDE.withConnections(Layout.OTHER_CONNECTIONS + 3), 10, 1))
                .isEqualTo(Plant.Outcome.NOTHING);
        assertThat(Plant.run(TIMES, WIDE.withConnections(Layout.OTHER_CONNECTIONS + 8), 10, 1)
                        .captured())
                .isCloseTo(20, Percentage.withPercentage(3));
    }

    @Test
    void whatTheRelayCannotPublishPilesUp() {
        Times slow = new Times(
                STEADY,
                new double[] {0.01},
                8192,
                1e6,
                1,
                new double[] {0.005},
                1e6,
                0,
                0.01,
                50_000,
                6,
                0,
                4,
                5000,
                1200,
                0);

        Plant.Outcome outcome = Plant.run(slow, WIDE, 10, 1);

        assertThat(outcome.relay()).isCloseTo(1, Percentage.withPercentage(1));
        // 100 slices a second, two events each, of which 100 a second are published.
        assertThat(outcome.outboxGrowth()).isCloseTo(100, Percentage.withPercentage(5));
        assertThat(outcome.heard()).isCloseTo(50, Percentage.withPercentage(5));
    }

    @Test
    void theSameSeedTellsTheSame() {
        Times uneven = TIMES.slower(1);
        Plant.Outcome first = Plant.run(uneven, WIDE, 7, 3);

        assertThat(Plant.run(uneven, WIDE, 7, 3)).isEqualTo(first);
        assertThat(Plant.run(uneven, WIDE, 7, 4)).isNotEqualTo(first);
    }

    @Test
    void changesAreMadeUntilOnlyTheWorkersLimit() {
        List<Plan.Step> steps = Plan.steps(TIMES, Layout.shipped(), 1000);

        assertThat(steps.getFirst().change()).isEqualTo("as shipped");
        assertThat(steps.getFirst().narrowest()).isEqualTo(Resource.PARTITIONS);
        assertThat(steps.getLast().narrowest()).isEqualTo(Resource.WORKERS);
        assertThat(steps.getLast().from()).isZero();
        Layout last = steps.getLast().layout();
        double workers = Resource.WORKERS.limit(TIMES.larger(last.sliceFactor()), last, 1000);
        // Its database is 94 % busy then, so that some wait.
        assertThat(Plant.run(TIMES, last, 1000, 1).kept()).isCloseTo(workers, Percentage.withPercentage(15));
    }

    @Test
    void aSettingThatIsNoneIsNamed() {
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Layout.of(Map.of("partition", "3")))
                .withMessageContaining("partition");
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Layout.of(Map.of("jobs", "0")))
                .withMessageContaining("--set jobs");
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Layout.of(Map.of("jobs", "1.5")))
                .withMessageContaining("--set jobs");
        assertThat(Layout.of(Map.of("puts", "1e4")).putsASecond()).isEqualTo(1e4);
    }

    private static Times with(Times times, double transactionsASecond) {
        return new Times(
                times.turnSeconds(),
                times.uploadSeconds(),
                times.tokensASlice(),
                times.bytesASlice(),
                times.shardsASlice(),
                times.transactionSeconds(),
                transactionsASecond,
                times.relayFixedSeconds(),
                times.relayEachSeconds(),
                times.recordsASecond(),
                times.commitsASlice(),
                times.idleCommitsASecond(),
                times.workerConnections(),
                times.walBytesASlice(),
                times.eventBytes(),
                times.platformSlicesASecond());
    }
}
