package io.concordance.registry.study.strategy;

import io.concordance.contracts.statistics.Auroc;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.contracts.transcript.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor would have caught with one strategy's candidates: it fires on a transcript when any candidate exceeds
 * its threshold at any token. The score of a transcript is the largest ratio of value to threshold.
 *
 * @param features dictionary indices in the column order of the maxima
 */
@SuppressWarnings("ArrayRecordComponent") // held, never compared
public record StrategyEvaluation(int[] features, List<TranscriptMaxima> transcripts) {
    /** Below this a threshold only says "fires at all"; it keeps ratios finite. */
    private static final double LEAST_THRESHOLD = 1e-6;

    /** The report's row of one arm kind; transcripts of unknown outcome do not count. */
    public StrategyResult of(String armKind, List<Candidate> candidates) {
        int bad = count(Outcome.BAD);
        int ok = count(Outcome.OK);
        if (candidates.isEmpty()) {
            return new StrategyResult(armKind, 0, null, null, 0, interval(0, bad), 0, 0, null, bad, ok);
        }
        Auroc auroc = Auroc.of(scores(Outcome.BAD, candidates), scores(Outcome.OK, candidates));
        boolean judged = bad > 0 && ok > 0;
        int caught = fired(Outcome.BAD, candidates, false);
        return new StrategyResult(
                armKind,
                candidates.size(),
                judged ? auroc.area() : null,
                judged ? new Interval(auroc.low(), auroc.high()) : null,
                rate(caught, bad),
                interval(caught, bad),
                rate(fired(Outcome.BAD, candidates, true), bad),
                rate(fired(Outcome.OK, candidates, false), ok),
                candidates.stream().mapToDouble(Candidate::threshold).min().orElseThrow(),
                bad,
                ok);
    }

    private int count(Outcome outcome) {
        return Math.toIntExact(transcripts.stream()
                .filter(transcript -> transcript.outcome() == outcome)
                .count());
    }

    private double[] scores(Outcome outcome, List<Candidate> candidates) {
        return transcripts.stream()
                .filter(transcript -> transcript.outcome() == outcome)
                .mapToDouble(transcript -> score(transcript, candidates))
                .toArray();
    }

    private double score(TranscriptMaxima transcript, List<Candidate> candidates) {
        double score = 0;
        for (Candidate candidate : candidates) {
            double value = transcript.highest()[column(candidate)];
            score = Math.max(score, value / Math.max(candidate.threshold(), LEAST_THRESHOLD));
        }
        return score;
    }

    private int fired(Outcome outcome, List<Candidate> candidates, boolean beforeAction) {
        int fired = 0;
        for (TranscriptMaxima transcript : transcripts) {
            float[] maxima = beforeAction ? transcript.beforeAction() : transcript.highest();
            if (transcript.outcome() == outcome
                    && candidates.stream().anyMatch(candidate -> maxima[column(candidate)] > candidate.threshold())) {
                fired++;
            }
        }
        return fired;
    }

    private int column(Candidate candidate) {
        for (int column = 0; column < features.length; column++) {
            if (features[column] == candidate.index()) {
                return column;
            }
        }
        throw new IllegalArgumentException("no column for feature " + candidate.index());
    }

    /** {@code k / n}, or 0 when there is nothing to count. */
    public static double rate(long k, long n) {
        return n == 0 ? 0 : (double) k / n;
    }

    /** Clopper-Pearson, or null when there is nothing to count. */
    public static @Nullable Interval interval(long k, long n) {
        if (n == 0) {
            return null;
        }
        Proportion proportion = Proportion.of(k, n);
        return new Interval(proportion.low(), proportion.high());
    }
}
