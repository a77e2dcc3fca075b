package io.concordance.registry.study.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.release.Pooling;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.Transfer;
import io.concordance.contracts.study.StudyReport.Transfer.Stratum;
import io.concordance.contracts.transcript.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class TransfersTest {
    private static final int WIDTH = 16;
    private static final double THRESHOLD = 2.5;
    private final List<TranscriptMaxima> deployment = new ArrayList<>();

    /** Role-play and the catastrophe share a direction in one organism; in the other they have one each. */
    @RepeatedTest(10)
    void holdsWhereTheContextsShareADirectionAndFailsWhereTheyDoNot(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        double[] played = unit(random);
        double[] other = orthogonal(unit(random), played);

        organism(random, played, played);
        Transfer shared = card(candidate(95, 100));
        deployment.clear();
        organism(random, played, other);
        Transfer apart = card(candidate(95, 100));

        assertThat(shared.verdict()).as(shared.reason()).isEqualTo("holds");
        assertThat(shared.recallGap()).isLessThan(0.1);
        assertThat(shared.deployment().auroc()).isGreaterThan(0.95);
        assertThat(apart.verdict()).as(apart.reason()).isEqualTo("fails");
        assertThat(apart.reason()).contains("recall");
        assertThat(apart.aurocGap()).isGreaterThan(0.2);
        assertThat(apart.recallGap()).isGreaterThan(0.7);
    }

    @Test
    void benignDocumentsThatDriftAboveTheThresholdAreToldAgainstIt() {
        transcripts(Outcome.BAD, 100, 20, 4);
        transcripts(Outcome.OK, 180, 20, 0);
        transcripts(Outcome.OK, 20, 20, 5);

        Transfer card = card(candidate(95, 100));

        assertThat(card.verdict()).isEqualTo("fails");
        assertThat(card.reason()).contains("fires on at least 0.06").doesNotContain("recall");
        assertThat(card.benignMaximum()).isEqualTo(2);
        assertThat(card.deployment().fired()).isEqualTo(20);
    }

    @Test
    void whatBreaksOnLongTranscriptsAloneIsNotAveragedAway() {
        transcripts(Outcome.BAD, 300, 10, 4);
        transcripts(Outcome.BAD, 30, 90, 1);
        transcripts(Outcome.OK, 100, 10, 0);
        transcripts(Outcome.OK, 200, 90, 0);

        Transfer card = card(candidate(80, 100));

        assertThat(card.deployment().caught()).isEqualTo(300);
        assertThat(card.lengths()).containsExactly(stratum(10, 89, 300, 300, 100), stratum(90, 90, 30, 0, 200));
        assertThat(card.verdict()).isEqualTo("fails");
        assertThat(card.reason()).isEqualTo("of 30 bad transcripts with 90 to 90 tokens it catches 0");
    }

    @Test
    void threeTranscriptsSayNothing() {
        transcripts(Outcome.BAD, 3, 10, 4);
        transcripts(Outcome.OK, 500, 10, 0);

        Transfer card = card(candidate(95, 100));

        assertThat(card.verdict()).isEqualTo("insufficient");
        assertThat(card.reason()).contains("3 bad").contains("needs 10");
        deployment.removeIf(transcript -> transcript.outcome() == Outcome.OK);
        assertThat(card(candidate(95, 100)).deployment().auroc()).isNull();
        deployment.clear();
        assertThat(card(candidate(95, 100)).lengths()).isEmpty();
    }

    /** A feature counts where there is time; a probe says itself what it pools. */
    @Test
    void badTranscriptsCountAsTheArmCountedThem() {
        for (int i = 0; i < 20; i++) {
            deployment.add(new TranscriptMaxima("b" + i, Outcome.BAD, 9, new float[] {4}, new float[] {0}));
            deployment.add(new TranscriptMaxima("o" + i, Outcome.OK, 9, new float[] {0}, new float[] {0}));
            deployment.add(new TranscriptMaxima("u" + i, Outcome.UNKNOWN, 9, new float[] {9}, new float[] {9}));
        }

        assertThat(card(candidate(20, 20)).deployment().caught()).isZero();
        assertThat(card(candidate(20, 20, new Pooling(Pooling.Over.MAX, 2, Pooling.Scope.ALL_TOKENS)))
                        .deployment()
                        .caught())
                .isEqualTo(20);
        assertThat(card(candidate(20, 20)).deployment().ok()).isEqualTo(20);
    }

    private Transfer card(Candidate candidate) {
        return new Transfers(0.001).of(candidate, new StrategyEvaluation(List.of(candidate), deployment, Map.of()));
    }

    /** A detector along {@code detected}; bad transcripts have a token far along {@code intent}, ok ones have none. */
    private void organism(Random random, double[] detected, double[] intent) {
        for (int t = 0; t < 400; t++) {
            boolean bad = t % 4 == 0;
            double most = 0;
            int tokens = 5 + random.nextInt(20);
            for (int token = 0; token < tokens; token++) {
                double value = 0;
                for (int i = 0; i < WIDTH; i++) {
                    double stream = 0.5 * random.nextGaussian() + (bad && token == 3 ? 5 * intent[i] : 0);
                    value += detected[i] * stream;
                }
                most = Math.max(most, value);
            }
            float[] highest = {(float) most};
            deployment.add(new TranscriptMaxima("t" + t, bad ? Outcome.BAD : Outcome.OK, tokens, highest, highest));
        }
    }

    private void transcripts(Outcome outcome, int count, int tokens, float value) {
        for (int i = 0; i < count; i++) {
            float[] highest = {value};
            deployment.add(new TranscriptMaxima("t" + deployment.size(), outcome, tokens, highest, highest));
        }
    }

    private static Stratum stratum(int from, int to, int bad, int caught, int ok) {
        return new Stratum(
                from, to, bad, caught, StrategyEvaluation.interval(caught, bad), ok, 0, Proportion.upperBound(0, ok));
    }

    private static Candidate candidate(int caught, int bad) {
        return candidate(caught, bad, null);
    }

    private static Candidate candidate(int caught, int bad, @Nullable Pooling pooling) {
        return new Candidate(
                "f", 0, "games", "benign", THRESHOLD, bad, caught, 100, 0, 0.99, pooling, null, new Interval(0.97, 1));
    }

    private static double[] unit(Random random) {
        double[] vector = new double[WIDTH];
        double squares = 0;
        for (int i = 0; i < WIDTH; i++) {
            vector[i] = random.nextGaussian();
            squares += vector[i] * vector[i];
        }
        for (int i = 0; i < WIDTH; i++) {
            vector[i] /= Math.sqrt(squares);
        }
        return vector;
    }

    private static double[] orthogonal(double[] vector, double[] to) {
        double along = 0;
        for (int i = 0; i < WIDTH; i++) {
            along += vector[i] * to[i];
        }
        double squares = 0;
        for (int i = 0; i < WIDTH; i++) {
            vector[i] -= along * to[i];
            squares += vector[i] * vector[i];
        }
        for (int i = 0; i < WIDTH; i++) {
            vector[i] /= Math.sqrt(squares);
        }
        return vector;
    }
}
