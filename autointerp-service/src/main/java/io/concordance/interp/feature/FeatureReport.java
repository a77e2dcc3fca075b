package io.concordance.interp.feature;

import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.event.FeaturePositioned;
import io.concordance.interp.position.Positioning;
import io.concordance.interp.position.ShiftFinding;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything kept about one feature but its examples.
 *
 * @param label of a feature that never fired, what its decoder direction suggests; null when that is nothing
 * @param rows tokens read, over all arms; {@code rate} is firings / rows
 * @param threshold the dictionary's own threshold of the feature
 * @param maximum largest activation seen
 * @param logits what its direction does to the logits; null where the model's unembedding is not known
 * @param neighbours features that fired and point most nearly the same way, nearest first
 * @param elicited what a search for an input that makes it fire came upon; null where there was none
 */
public record FeatureReport(
        String uid,
        String dictionary,
        String analysis,
        String run,
        String model,
        String hook,
        int index,
        long firings,
        long rows,
        double rate,
        double threshold,
        double maximum,
        @Nullable Label label,
        Splits splits,
        List<ArmReport> arms,
        PositionReport positions,
        List<ScreenReport> screens,
        @Nullable LogitReport logits,
        List<NeighbourReport> neighbours,
        @Nullable Elicited elicited) {

    /** The same with what the shift test found. */
    public FeatureReport with(ShiftFinding found) {
        return with(positions.with(found), elicited);
    }

    /** The same with what a search for an input found. */
    public FeatureReport with(Elicited found) {
        return with(positions, found);
    }

    private FeatureReport with(PositionReport place, @Nullable Elicited found) {
        return new FeatureReport(
                uid,
                dictionary,
                analysis,
                run,
                model,
                hook,
                index,
                firings,
                rows,
                rate,
                threshold,
                maximum,
                label,
                splits,
                arms,
                place,
                screens,
                logits,
                neighbours,
                found);
    }

    /** What its positions say, as an event. */
    public FeaturePositioned positioned() {
        ShiftFinding shift = positions.shift;
        return new FeaturePositioned(
                uid,
                dictionary,
                index,
                positions.positioning,
                firings,
                positions.documents,
                positions.eta2,
                positions.omega2,
                positions.omega2WithoutFirst,
                positions.omega2WithinTokens,
                positions.omega2Content,
                positions.p,
                positions.q,
                shift == null ? null : new FeaturePositioned.Shift(shift.windows(), shift.offsets(), shift.share()));
    }

    /**
     * @param rule conditions that all hold where firing is predicted; null when none could be learnt
     * @param score null with too few firings in the score split
     */
    public record Label(
            String text,
            String explainer,
            String explainerVersion,
            String trustTier,
            @Nullable List<Map<String, Object>> rule,
            List<TokenShare> tokens,
            @Nullable LabelScore score) {}

    /** How often drawn firings, and tokens drawn at random, are this token; pmi as in the explainer. */
    public record TokenShare(int id, String text, int fired, int firings, int met, int drawn, double pmi) {}

    /**
     * @param sameTokens the same score against silent tokens with the ids of the firings, which is harder; null with too
     *     few of them
     * @param control the same score for another feature's rule: what a label earns by belonging to nobody
     */
    public record LabelScore(
            String kind,
            Detection detection,
            int parseFailures,
            @Nullable Detection sameTokens,
            @Nullable Control control) {}

    /** Balanced accuracy with its 95 % interval; {@code hits} of {@code firings}, {@code rejections} of {@code silent}. */
    public record Detection(
            double value, double low, double high, int n, long hits, long firings, long rejections, long silent) {}

    /** @param feature whose rule was borrowed */
    public record Control(String feature, Detection detection) {}

    /** Documents of each split, and those the feature fired in. */
    public record Splits(long seed, Share explain, Share calibrate, Share score) {
        public record Share(int documents, int firing) {}
    }

    /**
     * What the feature did in one arm.
     *
     * @param rateLow 95 % Clopper-Pearson bounds that take tokens as independent
     * @param density counts of activations, half an octave a bin, empty bins left out
     */
    public record ArmReport(
            String arm,
            String kind,
            long rows,
            int documents,
            int bad,
            int ok,
            int unknown,
            long firings,
            double rate,
            double rateLow,
            double rateHigh,
            int firingDocuments,
            double mean,
            double maximum,
            List<DensityBin> density) {}

    /** As {@link io.concordance.interp.logit.LogitEffects}, with the tokens' texts. */
    public record LogitReport(
            double spread, double notable, List<TokenEffect> promoted, List<TokenEffect> suppressed) {}

    public record TokenEffect(int id, String text, double effect) {}

    /** A feature that fired, and the cosine between its decoder direction and this feature's. */
    public record NeighbourReport(String uid, int index, double cosine) {}

    /** Activations in {@code [from, to)}. */
    public record DensityBin(double from, double to, long count) {}

    /**
     * What token position has to do with the feature, over all arms: as in {@link
     * io.concordance.contracts.event.FeaturePositioned}, with moments by position.
     *
     * @param observed positioning before the shift test; null, as {@code shift} is, where there was none
     */
    public record PositionReport(
            String positioning,
            double eta2,
            double omega2,
            double eta2WithoutFirst,
            double omega2WithoutFirst,
            double omega2WithinTokens,
            double omega2Content,
            double p,
            double q,
            int documents,
            List<PositionBucket> buckets,
            @Nullable String observed,
            @Nullable ShiftFinding shift) {

        /** The same with what the shift test found. */
        PositionReport with(ShiftFinding found) {
            String first = observed == null ? positioning : observed;
            return new PositionReport(
                    found.positioning(Positioning.of(first)).text(),
                    eta2,
                    omega2,
                    eta2WithoutFirst,
                    omega2WithoutFirst,
                    omega2WithinTokens,
                    omega2Content,
                    p,
                    q,
                    documents,
                    buckets,
                    first,
                    found);
        }
    }

    /** Token positions {@code [from, to)}. */
    public record PositionBucket(int from, int to, long rows, long firings, double sum, double sumOfSquares) {}

    /**
     * @param scope {@code document}, or {@code beforeOutput} for tokens before the model's first own one
     * @param heldOut the calibrated threshold on the score split
     */
    public record ScreenReport(
            String arm,
            String armKind,
            String scope,
            int firedOnBad,
            Screen screen,
            Calibration calibration,
            Calibration heldOut) {}
}
