package io.concordance.contracts.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a study found. Rates are per transcript of the evaluation set; intervals are 95 %. {@code strategies} has one row
 * for each arm kind of the study, also when it found nothing.
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
            int okTranscripts) {}

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
