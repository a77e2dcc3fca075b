package io.concordance.interp.feature;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.ArmTotals;
import io.concordance.interp.evidence.Density;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.FeatureEvidence;
import io.concordance.interp.evidence.Positions;
import io.concordance.interp.evidence.Scope;
import io.concordance.interp.evidence.Tally;
import io.concordance.interp.feature.FeatureReport.ArmReport;
import io.concordance.interp.feature.FeatureReport.DensityBin;
import io.concordance.interp.feature.FeatureReport.LogitReport;
import io.concordance.interp.feature.FeatureReport.NeighbourReport;
import io.concordance.interp.feature.FeatureReport.PositionBucket;
import io.concordance.interp.feature.FeatureReport.PositionReport;
import io.concordance.interp.feature.FeatureReport.ScreenReport;
import io.concordance.interp.feature.FeatureReport.Splits;
import io.concordance.interp.feature.FeatureReport.TokenEffect;
import io.concordance.interp.feature.FeatureSummary.Best;
import io.concordance.interp.feature.Neighbours.Neighbour;
import io.concordance.interp.label.Explainer;
import io.concordance.interp.label.Labelled;
import io.concordance.interp.label.TokenText;
import io.concordance.interp.logit.LogitEffects;
import io.concordance.interp.outcome.Attribution;
import io.concordance.interp.position.PositionFinding;
import io.concordance.interp.position.ShiftFinding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Writes up what the evidence says, feature by feature. */
public final class Reporter {
    private final Origin origin;
    private final Dictionary dictionary;
    private final Evidence evidence;
    private final List<PositionFinding> positionings;
    private final Neighbours neighbours;
    private final LabelReports labels;
    private final List<@Nullable Labelled> labelled;
    private final ShownExamples examples;
    private final SilentLabels silent;
    private final @Nullable List<LogitEffects> logits;
    private final Map<Integer, ShiftFinding> shifts;
    private final Map<Integer, Elicited> elicited;
    private final TokenText text;

    /** Which analysis of which dictionary the features come from. */
    public record Origin(String analysis, String run, String dictionary, String model, String hook) {}

    /**
     * @param positionings one for each feature
     * @param labels one for each feature, null for those that never fired
     * @param logits one for each feature; null where the model's unembedding is not known
     * @param shifts by feature, of those whose windows were shifted
     * @param elicited by feature, of those that an input was searched for
     */
    public Reporter(
            Origin origin,
            Dictionary dictionary,
            Evidence evidence,
            List<PositionFinding> positionings,
            Explainer explainer,
            List<@Nullable Labelled> labels,
            @Nullable List<LogitEffects> logits,
            Map<Integer, ShiftFinding> shifts,
            Map<Integer, Elicited> elicited,
            TokenText text) {
        this.origin = origin;
        this.dictionary = dictionary;
        this.evidence = evidence;
        this.positionings = positionings;
        this.neighbours = new Neighbours(
                dictionary,
                IntStream.range(0, dictionary.features())
                        .filter(j -> evidence.features().get(j).firings() > 0)
                        .toArray());
        this.labels = new LabelReports(origin.dictionary(), explainer);
        this.examples = new ShownExamples(evidence, text);
        this.labelled = labels;
        this.silent = new SilentLabels(text, labels);
        this.logits = logits;
        this.shifts = shifts;
        this.elicited = elicited;
        this.text = text;
    }

    /** @param attributions of this feature */
    public ReportedFeature report(int index, List<Attribution> attributions) {
        FeatureEvidence feature = evidence.features().get(index);
        List<ArmReport> arms = new ArrayList<>();
        double maximum = 0;
        for (int a = 0; a < evidence.arms().size(); a++) {
            ArmReport arm = arm(evidence.arms().get(a), feature.tally(a));
            arms.add(arm);
            maximum = Math.max(maximum, arm.maximum());
        }
        long firings = feature.firings();
        long rows = evidence.rows();
        Labelled seen = labelled.get(index);
        List<Neighbour> nearest = neighbours.of(index);
        LogitEffects effects = logits == null ? null : logits.get(index);
        FeatureReport report = new FeatureReport(
                FeatureUids.of(origin.dictionary(), index),
                origin.dictionary(),
                origin.analysis(),
                origin.run(),
                origin.model(),
                origin.hook(),
                index,
                firings,
                rows,
                rows == 0 ? 0 : (double) firings / rows,
                dictionary.threshold()[index],
                maximum,
                seen == null ? silent.of(effects, nearest) : labels.of(seen),
                splits(feature),
                arms,
                positions(feature, positionings.get(index)),
                attributions.stream().map(Reporter::screen).toList(),
                effects == null ? null : logits(effects),
                neighbours(nearest),
                elicited.get(index));
        ShiftFinding shift = shifts.get(index);
        FeatureReport whole = shift == null ? report : report.with(shift);
        return new ReportedFeature(whole, summary(whole, attributions), examples.of(feature));
    }

    private LogitReport logits(LogitEffects effects) {
        return new LogitReport(
                effects.spread(), effects.notable(), effects(effects.promoted()), effects(effects.suppressed()));
    }

    private List<TokenEffect> effects(List<LogitEffects.Effect> effects) {
        return effects.stream()
                .map(e -> new TokenEffect(e.token(), text.of(e.token()), e.effect()))
                .toList();
    }

    private List<NeighbourReport> neighbours(List<Neighbour> nearest) {
        return nearest.stream()
                .map(n ->
                        new NeighbourReport(FeatureUids.of(origin.dictionary(), n.feature()), n.feature(), n.cosine()))
                .toList();
    }

    private static FeatureSummary summary(FeatureReport report, List<Attribution> attributions) {
        Best best = attributions.stream()
                .filter(a -> a.scope() == Scope.PUBLISHED)
                .min(Comparator.comparingDouble((Attribution a) -> a.screen().q())
                        .thenComparingDouble(a -> -a.screen().auroc()))
                .map(a -> new Best(a.arm().name(), a.arm().kind(), a.screen()))
                .orElse(null);
        FeatureReport.Label label = report.label();
        FeatureReport.LabelScore score = label == null ? null : label.score();
        return new FeatureSummary(
                report.uid(),
                report.index(),
                report.firings(),
                report.rate(),
                label == null ? null : label.text(),
                score == null ? null : score.detection(),
                best,
                report.positions().positioning(),
                report.positions().eta2(),
                report.positions().omega2WithinTokens());
    }

    private static ScreenReport screen(Attribution a) {
        return new ScreenReport(
                a.arm().name(),
                a.arm().kind(),
                a.scope().text(),
                a.firedOnBad(),
                a.screen(),
                a.calibration(),
                a.heldOut());
    }

    private static ArmReport arm(ArmTotals arm, @Nullable Tally tally) {
        long firings = tally == null ? 0 : tally.firings();
        Proportion rate = Proportion.of(firings, arm.rows());
        int bad = arm.documents(Outcome.BAD);
        int ok = arm.documents(Outcome.OK);
        int unknown = arm.documents(Outcome.UNKNOWN);
        return new ArmReport(
                arm.arm().name(),
                arm.arm().kind(),
                arm.rows(),
                bad + ok + unknown,
                bad,
                ok,
                unknown,
                firings,
                arm.rows() == 0 ? 0 : rate.rate(),
                rate.low(),
                rate.high(),
                tally == null ? 0 : tally.firingDocuments(),
                tally == null ? 0 : tally.mean(),
                tally == null ? 0 : tally.maximum(),
                tally == null ? List.of() : density(tally.density()));
    }

    private static List<DensityBin> density(Density density) {
        List<DensityBin> bins = new ArrayList<>();
        for (int b = 0; b < Density.BINS; b++) {
            if (density.count(b) > 0) {
                bins.add(new DensityBin(Density.edge(b), Density.edge(b + 1), density.count(b)));
            }
        }
        return bins;
    }

    private PositionReport positions(FeatureEvidence feature, PositionFinding finding) {
        List<Positions> moments = new ArrayList<>();
        long[] rows = new long[Positions.BUCKETS];
        for (int a = 0; a < evidence.arms().size(); a++) {
            long[] inArm = evidence.arms().get(a).rowsByBucket();
            for (int b = 0; b < rows.length; b++) {
                rows[b] += inArm[b];
            }
            Tally tally = feature.tally(a);
            if (tally != null) {
                moments.add(tally.positions());
            }
        }
        Positions all = Positions.sum(moments);
        List<PositionBucket> buckets = new ArrayList<>();
        for (int b = 0; b < rows.length; ) {
            PositionBucket bucket = new PositionBucket(Positions.from(b), 0, 0, 0, 0, 0);
            for (int shown = Positions.shown(b); b < rows.length && Positions.shown(b) == shown; b++) {
                bucket = new PositionBucket(
                        bucket.from(),
                        Positions.from(b + 1),
                        bucket.rows() + rows[b],
                        bucket.firings() + all.firings(b),
                        bucket.sum() + all.sum(b),
                        bucket.sumOfSquares() + all.sumOfSquares(b));
            }
            if (bucket.rows() > 0) {
                buckets.add(bucket);
            }
        }
        return new PositionReport(
                finding.positioning().text(),
                finding.all().eta2(),
                finding.all().omega2(),
                finding.withoutFirst().eta2(),
                finding.withoutFirst().omega2(),
                finding.withinTokens(),
                finding.content(),
                finding.p(),
                finding.q(),
                finding.documents(),
                buckets,
                null,
                null);
    }

    private Splits splits(FeatureEvidence feature) {
        return new Splits(
                evidence.options().seed(),
                share(DocumentSplit.EXPLAIN, feature),
                share(DocumentSplit.CALIBRATE, feature),
                share(DocumentSplit.SCORE, feature));
    }

    private Splits.Share share(DocumentSplit split, FeatureEvidence feature) {
        return new Splits.Share(evidence.documents(split), feature.documents(split));
    }
}
