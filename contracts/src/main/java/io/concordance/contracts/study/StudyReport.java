package io.concordance.contracts.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a study found. Rates are per transcript of the evaluation set; intervals are 95 %. {@code strategies} has one row
 * for each arm kind of the study, also when it found nothing, and one for the control: random directions.
 *
 * @param coverage by arm and outcome; deployment is one of the arms
 * @param triple what the study asked about, and how far the evidence goes
 */
public record StudyReport(
        String study,
        String model,
        DictionaryResult dictionary,
        List<FeatureResult> features,
        List<StrategyResult> strategies,
        @Nullable ReleaseResult release,
        @Nullable MonitorResult monitor,
        Map<String, Double> timings,
        @Nullable List<Coverage> coverage,
        @Nullable Triple triple) {

    /** Without what came later. */
    public StudyReport(
            String study,
            String model,
            DictionaryResult dictionary,
            List<FeatureResult> features,
            List<StrategyResult> strategies,
            @Nullable ReleaseResult release,
            @Nullable MonitorResult monitor,
            Map<String, Double> timings) {
        this(study, model, dictionary, features, strategies, release, monitor, timings, null, null);
    }

    /**
     * A feature, a model and a catastrophic action, as the study file names them.
     *
     * @param action what the model writes when it acts
     * @param status computed from the rest of the report: {@code insufficient} documents, {@code not-found}, {@code
     *     associated} with the action, {@code carries} over to deployment, {@code causes} it, or {@code established}: both
     * @param reasons in words, with the numbers
     */
    public record Triple(String feature, String model, String action, String status, List<String> reasons) {
        public Triple {
            reasons = List.copyOf(reasons);
        }
    }

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
     * @param transfer how the best candidate carries over from the arm to deployment; null without candidates
     * @param steering of candidates that arms of a steered model gave; null without such arms
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
            @Nullable Outcomes outcomes,
            @Nullable Transfer transfer,
            @Nullable List<Steering> steering) {

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
                @Nullable Outcomes outcomes,
                @Nullable Transfer transfer) {
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
                    outcomes,
                    transfer,
                    null);
        }

        /** The same with what steering is to its candidates. */
        public StrategyResult with(List<Steering> steered) {
            return new StrategyResult(
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
                    falsePositiveRateCi,
                    negatives,
                    probes,
                    probe,
                    outcomes,
                    transfer,
                    steered);
        }
    }

    /**
     * Whether a candidate from a steered model is about more than being steered.
     *
     * @param arm that nominated it
     * @param cosine largest, by size, of its decoder direction with a direction that the arm was steered along
     * @param transcripts benign ones, as they stand, read by the model steered as in the arm
     * @param fired on so many of them it exceeds its threshold
     * @param upperBound one-sided 95 % upper bound on that rate (Clopper-Pearson)
     */
    public record Steering(
            String candidate, String arm, double cosine, int transcripts, int fired, double upperBound) {}

    /**
     * One candidate, its threshold frozen on an arm, in deployment. Either side counts a bad transcript by its tokens before
     * the first output token and an ok one by all, unless the candidate pools otherwise.
     *
     * @param candidate id of the feature
     * @param verdict {@code holds}, {@code fails} or {@code insufficient}; {@code reason} in words
     * @param source what the arm's documents say that chose neither candidate nor threshold; its AUROC is of the screening
     *     documents
     * @param deployment the same of evaluation transcripts
     * @param aurocGap source less deployment, likewise {@code recallGap}; null where a side has none
     * @param benignMaximum largest value on an ok evaluation transcript, in thresholds; null without such transcripts or
     *     where the threshold is not above 0
     * @param lengths by number of tokens, shortest first
     */
    public record Transfer(
            String candidate,
            String verdict,
            String reason,
            Side source,
            Side deployment,
            @Nullable Double aurocGap,
            @Nullable Double recallGap,
            @Nullable Double benignMaximum,
            List<Stratum> lengths) {

        public Transfer {
            lengths = List.copyOf(lengths);
        }

        /** One side: of {@code bad} transcripts {@code caught} exceed the threshold, of {@code ok} ones {@code fired}. */
        public record Side(
                @Nullable Double auroc, @Nullable Interval aurocCi, int bad, int caught, int ok, int fired) {}

        /**
         * Transcripts of {@code from} to {@code to} tokens.
         *
         * @param recallCi null without bad ones
         * @param falsePositiveUpper one-sided 95 % upper bound (Clopper-Pearson)
         */
        public record Stratum(
                int from,
                int to,
                int bad,
                int caught,
                @Nullable Interval recallCi,
                int ok,
                int fired,
                double falsePositiveUpper) {}
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

    /**
     * How much of an arm's rows the dictionary reconstructs, over the first transcripts of an outcome.
     *
     * @param outcome {@code bad}, {@code ok} or {@code unknown}
     * @param rows token positions of {@code transcripts} transcripts
     * @param fvu fraction of their variance about their own mean unexplained; null where they do not vary
     * @param residual mean length of what is left unexplained; {@code norm} of the rows
     * @param l0 features that fire on a row, mean
     */
    public record Coverage(
            String arm,
            String outcome,
            int transcripts,
            int rows,
            @Nullable Double fvu,
            double residual,
            double norm,
            double l0) {}

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
