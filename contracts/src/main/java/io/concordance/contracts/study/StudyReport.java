package io.concordance.contracts.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a study found. Rates are per transcript of the evaluation set; intervals are 95 %. {@code strategies} has one row
 * for each arm kind of the study, also when it found nothing, and one for the control: random directions.
 */
public record StudyReport(
        String study,
        String model,
        DictionaryResult dictionary,
        List<FeatureResult> features,
        List<StrategyResult> strategies,
        @Nullable ReleaseResult release,
        @Nullable MonitorResult monitor,
        Map<String, Double> timings) {

    /** @param alive share of features that fire; {@code tokens} rows trained on, counting every epoch */
    public record DictionaryResult(double fvu, double l0, double alive, long tokens, String digest) {}

    /** One released or proposed feature of concern with its evidence as the registry keeps it. */
    public record FeatureResult(String id, int index, String level, String grade, String label, JsonNode evidence) {}

    /**
     * What a monitor would have caught in deployment had this arm been the only source of candidates.
     *
     * @param features number of candidates
     * @param auroc of the largest activation relative to its threshold; null when there are no candidates
     * @param recall share of bad transcripts on which a candidate fired
     * @param recallBeforeAction the same, counting only tokens before the first output token
     * @param falsePositiveRate share of ok transcripts on which a candidate fired
     * @param threshold smallest threshold among the candidates, in activation units; null when there are none
     * @param negatives false positives by family of ok transcripts
     * @param probes number of linear probes that the same rule takes from the same arms
     * @param probe what a monitor with these probes would have caught, in place of the features; null without probes
     * @param outcomes what the documents of the arms could say; null for the control
     */
    public record StrategyResult(
            String arm,
            int features,
            @Nullable Double auroc,
            @Nullable Interval aurocCi,
            double recall,
            @Nullable Interval recallCi,
            double recallBeforeAction,
            double falsePositiveRate,
            @Nullable Double threshold,
            int badTranscripts,
            int okTranscripts,
            @Nullable Interval falsePositiveRateCi,
            @Nullable List<Negatives> negatives,
            @Nullable Integer probes,
            @Nullable Detection probe,
            @Nullable Outcomes outcomes) {

        /** Without what came later. */
        public StrategyResult(
                String arm,
                int features,
                @Nullable Double auroc,
                @Nullable Interval aurocCi,
                double recall,
                @Nullable Interval recallCi,
                double recallBeforeAction,
                double falsePositiveRate,
                @Nullable Double threshold,
                int badTranscripts,
                int okTranscripts) {
            this(
                    arm,
                    features,
                    auroc,
                    aurocCi,
                    recall,
                    recallCi,
                    recallBeforeAction,
                    falsePositiveRate,
                    threshold,
                    badTranscripts,
                    okTranscripts,
                    null,
                    null,
                    null,
                    null,
                    null);
        }

        /** With features' numbers from a detection, and those of the probes beside them. */
        public static StrategyResult of(
                String arm,
                int features,
                Detection found,
                @Nullable Integer probes,
                @Nullable Detection probe,
                @Nullable Outcomes outcomes) {
            return new StrategyResult(
                    arm,
                    features,
                    found.auroc(),
                    found.aurocCi(),
                    found.recall(),
                    found.recallCi(),
                    found.recallBeforeAction(),
                    found.falsePositiveRate(),
                    found.threshold(),
                    found.badTranscripts(),
                    found.okTranscripts(),
                    found.falsePositiveRateCi(),
                    found.negatives(),
                    probes,
                    probe,
                    outcomes);
        }
    }

    /** What any of some candidates caught; see {@link StrategyResult}. */
    public record Detection(
            @Nullable Double auroc,
            @Nullable Interval aurocCi,
            double recall,
            @Nullable Interval recallCi,
            double recallBeforeAction,
            double falsePositiveRate,
            @Nullable Interval falsePositiveRateCi,
            @Nullable Double threshold,
            int badTranscripts,
            int okTranscripts,
            List<Negatives> negatives) {}

    /**
     * Ok transcripts of one family, such as talk about the subject, fiction, confessions or near misses.
     *
     * @param family the transcripts' tag {@code family}; those without one are {@code untagged}
     * @param upperBound one-sided 95 % upper bound on the rate (Clopper-Pearson)
     */
    public record Negatives(String family, int transcripts, int fired, double falsePositiveRate, double upperBound) {}

    /**
     * Documents that an arm kind learnt from.
     *
     * @param bad of its arms; likewise {@code ok}
     * @param sufficient whether a feature that separates them perfectly could be graded
     * @param needed how many bad and how many ok documents an arm needs for that
     */
    public record Outcomes(int bad, int ok, boolean sufficient, int needed) {}

    /** A 95 % interval. */
    public record Interval(double low, double high) {}

    public record ReleaseResult(long version, String digest) {}

    /** @param sessions evaluation transcripts the armed monitor saw; {@code fires} those on which a rule fired */
    public record MonitorResult(
            double recall,
            @Nullable Interval recallCi,
            double falsePositiveRate,
            @Nullable Interval falsePositiveRateCi,
            long sessions,
            long fires) {}
}
