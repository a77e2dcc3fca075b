package io.concordance.bench.strategies;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.statistics.Auroc;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.Transfer;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.registry.study.strategy.Candidate;
import io.concordance.registry.study.strategy.CandidateRule;
import io.concordance.registry.study.strategy.StrategyEvaluation;
import io.concordance.registry.study.strategy.TranscriptMaxima;
import io.concordance.registry.study.strategy.Transfers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a dictionary has for the bad outcomes of an arm, much as studies choose it, and how the best of it does in deployment.
 *
 * @param candidates best first
 * @param card of the best; null without candidates
 */
record TransferTrial(List<Candidate> candidates, @Nullable Transfer card) {

    /**
     * Every second transcript screens, the others calibrate; deployment does neither.
     *
     * @param arm name and kind of the arm
     * @param effect what each feature does where the model decides, {@code [features]}: between features that are as good at
     *     telling outcomes apart it is what a study finds out by removing them
     * @param learning what every feature came to on the arm's transcripts and on benign ones
     * @param deployment the same of deployment's
     */
    static TransferTrial of(
            Dictionary dictionary,
            String arm,
            double[] effect,
            List<TranscriptMaxima> learning,
            List<TranscriptMaxima> deployment,
            double maxFalsePositiveRate) {
        List<TranscriptMaxima> screening = new ArrayList<>();
        List<TranscriptMaxima> calibration = new ArrayList<>();
        for (int t = 0; t < learning.size(); t++) {
            (t % 2 == 0 ? screening : calibration).add(learning.get(t));
        }
        List<Candidate> qualified = new ArrayList<>();
        for (int feature = 0; feature < dictionary.features(); feature++) {
            Candidate candidate = candidate(dictionary, arm, feature, screening, calibration);
            if (candidate != null) {
                qualified.add(candidate);
            }
        }
        List<Candidate> best = qualified.stream()
                .sorted(Comparator.comparingDouble(Candidate::recall)
                        .reversed()
                        .thenComparing(Comparator.comparingDouble((Candidate c) -> effect[c.index()])
                                .reversed()))
                .limit(CandidateRule.MOST)
                .toList();
        return new TransferTrial(
                best,
                best.isEmpty()
                        ? null
                        : new Transfers(maxFalsePositiveRate).of(best.getFirst(), judged(best.getFirst(), deployment)));
    }

    /** The threshold is the largest value on ok calibration transcripts, so that none of them exceeds it. */
    private static @Nullable Candidate candidate(
            Dictionary dictionary,
            String arm,
            int feature,
            List<TranscriptMaxima> screening,
            List<TranscriptMaxima> calibration) {
        double threshold = dictionary.threshold()[feature];
        double[] ok = values(calibration, Outcome.OK, feature);
        for (double value : ok) {
            threshold = Math.max(threshold, value);
        }
        double[] bad = values(calibration, Outcome.BAD, feature);
        int caught = 0;
        for (double value : bad) {
            caught += value > threshold ? 1 : 0;
        }
        if (caught == 0 || caught < CandidateRule.LEAST_RECALL * bad.length) {
            return null;
        }
        Auroc auroc = Auroc.of(values(screening, Outcome.BAD, feature), values(screening, Outcome.OK, feature));
        return auroc.low() > 0.5
                ? new Candidate(
                        "f_" + feature,
                        feature,
                        arm,
                        arm,
                        threshold,
                        bad.length,
                        caught,
                        ok.length,
                        0,
                        auroc.area(),
                        null,
                        null,
                        new Interval(auroc.low(), auroc.high()))
                : null;
    }

    /** A bad transcript by the tokens at which there is still time. */
    private static double[] values(List<TranscriptMaxima> transcripts, Outcome outcome, int feature) {
        return transcripts.stream()
                .filter(transcript -> transcript.outcome() == outcome)
                .mapToDouble(transcript ->
                        (outcome == Outcome.BAD ? transcript.beforeAction() : transcript.highest())[feature])
                .toArray();
    }

    private static StrategyEvaluation judged(Candidate candidate, List<TranscriptMaxima> deployment) {
        int feature = candidate.index();
        return new StrategyEvaluation(
                List.of(candidate),
                deployment.stream()
                        .map(each -> new TranscriptMaxima(
                                each.document(),
                                each.outcome(),
                                each.tokens(),
                                new float[] {each.highest()[feature]},
                                new float[] {each.beforeAction()[feature]}))
                        .toList(),
                Map.of());
    }
}
