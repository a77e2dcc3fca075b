package io.concordance.registry.study.strategy;

import io.concordance.contracts.release.Condition;
import io.concordance.contracts.statistics.Auroc;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.contracts.study.StudyReport.Detection;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.Negatives;
import io.concordance.contracts.transcript.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor would have caught with one strategy's candidates: it fires on a transcript when any candidate exceeds
 * its threshold. The score of a transcript is the largest distance above a threshold, in sizes of it: positive where it fires.
 * Transcripts of unknown outcome do
 * not count.
 *
 * @param columns candidates in the column order of the maxima
 * @param families by transcript id; those that it does not have are {@value #UNTAGGED}
 */
public record StrategyEvaluation(
        List<Candidate> columns, List<TranscriptMaxima> transcripts, Map<String, String> families) {
    static final String UNTAGGED = "untagged";

    /** A smaller threshold only says "fires at all"; it keeps scores finite. */
    private static final double LEAST_THRESHOLD = 1e-6;

    /** All zeros, with the bounds that follow from it, when there are no candidates. */
    public Detection of(List<Candidate> candidates) {
        int bad = count(Outcome.BAD);
        int ok = count(Outcome.OK);
        if (candidates.isEmpty()) {
            return new Detection(
                    null, null, 0, interval(0, bad), 0, 0, interval(0, ok), null, bad, ok, negatives(candidates));
        }
        Auroc auroc = Auroc.of(scores(Outcome.BAD, candidates), scores(Outcome.OK, candidates));
        boolean judged = bad > 0 && ok > 0;
        int caught = fired(Outcome.BAD, candidates, false);
        int alarms = fired(Outcome.OK, candidates, false);
        return new Detection(
                judged ? auroc.area() : null,
                judged ? new Interval(auroc.low(), auroc.high()) : null,
                rate(caught, bad),
                interval(caught, bad),
                rate(fired(Outcome.BAD, candidates, true), bad),
                rate(alarms, ok),
                interval(alarms, ok),
                candidates.stream().mapToDouble(Candidate::threshold).min().orElseThrow(),
                bad,
                ok,
                negatives(candidates));
    }

    private int count(Outcome outcome) {
        return Math.toIntExact(transcripts.stream()
                .filter(transcript -> transcript.outcome() == outcome)
                .count());
    }

    private double[] scores(Outcome outcome, List<Candidate> candidates) {
        int[] at = columns(candidates);
        return transcripts.stream()
                .filter(transcript -> transcript.outcome() == outcome)
                .mapToDouble(transcript -> score(transcript, candidates, at))
                .toArray();
    }

    private static double score(TranscriptMaxima transcript, List<Candidate> candidates, int[] at) {
        double score = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < at.length; c++) {
            double threshold = candidates.get(c).threshold();
            double above = transcript.highest()[at[c]] - threshold;
            score = Math.max(score, above / Math.max(Math.abs(threshold), LEAST_THRESHOLD));
        }
        return score;
    }

    private int fired(Outcome outcome, List<Candidate> candidates, boolean beforeAction) {
        return Math.toIntExact(transcripts.stream()
                .filter(transcript -> transcript.outcome() == outcome && fires(transcript, candidates, beforeAction))
                .count());
    }

    /** The rule of the strategy, by the same conditions that monitors evaluate. */
    private boolean fires(TranscriptMaxima transcript, List<Candidate> candidates, boolean beforeAction) {
        if (candidates.isEmpty()) {
            return false;
        }
        float[] values = beforeAction ? transcript.beforeAction() : transcript.highest();
        Map<Condition, Boolean> exceeds = new HashMap<>();
        for (Candidate candidate : candidates) {
            exceeds.put(leaf(candidate), values[column(candidate)] > candidate.threshold());
        }
        Condition any = new Condition.Any(
                candidates.stream().map(StrategyEvaluation::leaf).toList());
        return any.holds(leaf -> exceeds.getOrDefault(leaf, false));
    }

    private static Condition leaf(Candidate candidate) {
        return new Condition.Fires(candidate.featureUid(), candidate.pooled());
    }

    /** By family of ok transcripts, in order of names. */
    private List<Negatives> negatives(List<Candidate> candidates) {
        Map<String, int[]> counts = new TreeMap<>();
        for (TranscriptMaxima transcript : transcripts) {
            if (transcript.outcome() == Outcome.OK) {
                int[] count = counts.computeIfAbsent(
                        families.getOrDefault(transcript.document(), UNTAGGED), family -> new int[2]);
                count[0]++;
                count[1] += fires(transcript, candidates, false) ? 1 : 0;
            }
        }
        return counts.entrySet().stream()
                .map(entry -> new Negatives(
                        entry.getKey(),
                        entry.getValue()[0],
                        entry.getValue()[1],
                        rate(entry.getValue()[1], entry.getValue()[0]),
                        Proportion.upperBound(entry.getValue()[1], entry.getValue()[0])))
                .toList();
    }

    private int[] columns(List<Candidate> candidates) {
        return candidates.stream().mapToInt(this::column).toArray();
    }

    int column(Candidate candidate) {
        for (int column = 0; column < columns.size(); column++) {
            if (columns.get(column).featureUid().equals(candidate.featureUid())) {
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
