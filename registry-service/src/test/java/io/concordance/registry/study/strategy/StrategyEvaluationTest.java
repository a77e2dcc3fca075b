package io.concordance.registry.study.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.release.Pooling;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.study.StudyReport.Detection;
import io.concordance.contracts.study.StudyReport.Negatives;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.registry.study.peer.Probes.Arm;
import io.concordance.registry.study.strategy.Planted.Document;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StrategyEvaluationTest {

    @TempDir
    Path folder;

    @RepeatedTest(10)
    void countsWhatAPlainPassOverEveryTokenCounts() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Dictionary dictionary = Planted.dictionary(random, 20);
        List<Candidate> columns = List.of(candidate(3, 1.5), candidate(7, 2.5), candidate(11, 1));
        List<Candidate> candidates = List.of(columns.get(1), columns.get(0));
        List<Document> documents = new ArrayList<>();
        List<TranscriptMaxima> maxima = new ArrayList<>();
        MaximaReader reader = new MaximaReader(dictionary, columns);
        for (int slice = 0; slice < 3; slice++) {
            List<Document> part = Planted.documents(random, 30, documents.size());
            documents.addAll(part);
            try (Shard shard = Shard.open(Planted.write(part, slice, folder))) {
                maxima.addAll(reader.read(shard));
            }
        }

        Detection result = new StrategyEvaluation(columns, maxima, Map.of()).of(candidates);

        int bad = 0;
        int ok = 0;
        int caught = 0;
        int caughtBefore = 0;
        int alarms = 0;
        List<Double> badScores = new ArrayList<>();
        List<Double> okScores = new ArrayList<>();
        for (Document document : documents) {
            boolean fires = false;
            boolean firesBefore = false;
            boolean acted = false;
            double score = 0;
            for (int t = 0; t < document.rows().length; t++) {
                acted |= document.output()[t];
                for (Candidate candidate : candidates) {
                    float value = Planted.activation(dictionary, candidate.index(), document.rows()[t]);
                    score = Math.max(score, value / candidate.threshold());
                    fires |= value > candidate.threshold();
                    firesBefore |= !acted && value > candidate.threshold();
                }
            }
            if (document.outcome() == Outcome.BAD) {
                bad++;
                caught += fires ? 1 : 0;
                caughtBefore += firesBefore ? 1 : 0;
                badScores.add(score);
            } else if (document.outcome() == Outcome.OK) {
                ok++;
                alarms += fires ? 1 : 0;
                okScores.add(score);
            }
        }
        assertThat(result.badTranscripts()).isEqualTo(bad);
        assertThat(result.okTranscripts()).isEqualTo(ok);
        assertThat(result.recall()).isEqualTo((double) caught / bad);
        assertThat(result.recallBeforeAction()).isEqualTo((double) caughtBefore / bad);
        assertThat(result.falsePositiveRate()).isEqualTo((double) alarms / ok);
        assertThat(result.threshold()).isEqualTo(1.5);
        assertThat(result.auroc()).isEqualTo(pairs(badScores, okScores), within(1e-12));
        assertThat(result.recallCi().low()).isLessThanOrEqualTo(result.recall());
        assertThat(result.recallCi().high()).isGreaterThanOrEqualTo(result.recall());
    }

    /** As of a probe: its values are on either side of zero, and so is its threshold. */
    @Test
    void aThresholdBelowZeroOrdersTranscriptsAsItFires() {
        List<Candidate> candidates = List.of(candidate(3, -2), candidate(7, 1));
        List<TranscriptMaxima> maxima = List.of(
                new TranscriptMaxima("a", Outcome.BAD, 9, new float[] {-1, 0}, new float[] {-1, 0}),
                new TranscriptMaxima("b", Outcome.OK, 9, new float[] {-3, 0.9f}, new float[] {-3, 0.9f}));

        Detection result = new StrategyEvaluation(candidates, maxima, Map.of()).of(candidates);

        assertThat(result.recall()).isEqualTo(1);
        assertThat(result.falsePositiveRate()).isZero();
        assertThat(result.auroc()).isEqualTo(1);
    }

    @Test
    void aStrategyWithoutCandidatesStillHasItsRow() {
        List<TranscriptMaxima> maxima = List.of(
                new TranscriptMaxima("a", Outcome.BAD, 9, new float[0], new float[0]),
                new TranscriptMaxima("b", Outcome.OK, 9, new float[0], new float[0]));

        StrategyResult result = new StrategyTable(
                        new StrategyEvaluation(List.of(), maxima, Map.of()),
                        new StrategyEvaluation(List.of(), maxima, Map.of()),
                        new Transfers(0.001),
                        List.of(),
                        4096)
                .row("benign", List.of(), List.of());

        assertThat(result.features()).isZero();
        assertThat(result.recall()).isZero();
        assertThat(result.auroc()).isNull();
        assertThat(result.threshold()).isNull();
        assertThat(result.badTranscripts()).isEqualTo(1);
        assertThat(result.okTranscripts()).isEqualTo(1);
        assertThat(result.probes()).isZero();
        assertThat(result.outcomes().sufficient()).isFalse();
        assertThat(result.outcomes().bad()).isZero();
        assertThat(result.outcomes().needed()).isPositive();
    }

    @Test
    void anArmInWhichTheModelNeverActedIsInsufficientAndSaysWhatItWouldTake() {
        StrategyEvaluation nothing = new StrategyEvaluation(List.of(), List.of(), Map.of());
        StrategyTable table = new StrategyTable(
                nothing,
                nothing,
                new Transfers(0.001),
                List.of(
                        new Arm("told", "instructed", 0, 900, 0, 1450, 0, 725),
                        new Arm("off", "off-policy", 700, 800, 350, 1400, 175, 700)),
                1024);
        assertThat(table.row("instructed", List.of(), List.of()).outcomes().sufficient())
                .isFalse();
        assertThat(table.row("instructed", List.of(), List.of()).outcomes().needed())
                .isPositive();
        assertThat(table.row("off-policy", List.of(), List.of()).outcomes()).satisfies(outcomes -> {
            assertThat(outcomes.sufficient()).isTrue();
            assertThat(outcomes.bad()).isEqualTo(700);
        });
        assertThat(table.control(List.of())).satisfies(control -> {
            assertThat(control.arm()).isEqualTo("random-direction");
            assertThat(control.features()).isZero();
        });
    }

    @Test
    void aProbeIsReadAsItIsPooledAndMayBeBelowZero() throws Exception {
        Random random = new Random(5);
        Dictionary rows = Planted.dictionary(random, 4);
        Pooling mean = new Pooling(Pooling.Over.MEAN, 1, Pooling.Scope.BEFORE_OUTPUT);
        Candidate probe = new Candidate("p", 2, "off", "off-policy", 0.1, 10, 9, 10, 0, 0.9, mean, null, null);
        List<Document> documents = Planted.documents(random, 40, 0);
        try (Shard shard = Shard.open(Planted.write(documents, 0, folder))) {
            List<TranscriptMaxima> read = new MaximaReader(rows, List.of(probe)).read(shard);
            for (int d = 0; d < documents.size(); d++) {
                double sum = 0;
                int count = 0;
                float[][] tokens = documents.get(d).rows();
                while (count < tokens.length && !documents.get(d).output()[count]) {
                    double value = rows.encoderBias()[2];
                    for (int i = 0; i < Planted.WIDTH; i++) {
                        value += (tokens[count][i] - rows.decoderBias()[i]) * rows.encoder()[2 * Planted.WIDTH + i];
                    }
                    sum += value;
                    count++;
                }
                double expected = count == 0 ? Double.NEGATIVE_INFINITY : sum / count;
                assertThat((double) read.get(d).highest()[0]).isEqualTo(expected, within(1e-4));
                assertThat(read.get(d).beforeAction()).isEqualTo(read.get(d).highest());
            }
        }
    }

    @Test
    void withoutBadTranscriptsThereIsNothingToRank() {
        List<TranscriptMaxima> maxima =
                List.of(new TranscriptMaxima("b", Outcome.OK, 9, new float[] {2}, new float[] {2}));

        Detection result = new StrategyEvaluation(List.of(candidate(4, 1)), maxima, Map.of("b", "near-miss"))
                .of(List.of(candidate(4, 1)));

        assertThat(result.auroc()).isNull();
        assertThat(result.recall()).isZero();
        assertThat(result.recallCi()).isNull();
        assertThat(result.falsePositiveRate()).isEqualTo(1);
        assertThat(result.negatives()).containsExactly(new Negatives("near-miss", 1, 1, 1, 1));
    }

    /** Share of (bad, ok) pairs in the right order, ties counted half. */
    private static double pairs(List<Double> bad, List<Double> ok) {
        double right = 0;
        for (double b : bad) {
            for (double o : ok) {
                right += b > o ? 1 : b == o ? 0.5 : 0;
            }
        }
        return right / bad.size() / ok.size();
    }

    private static Candidate candidate(int index, double threshold) {
        return new Candidate("f_" + index, index, "off-policy", "off-policy", threshold, 10, 9, 10, 0, 0.9);
    }
}
