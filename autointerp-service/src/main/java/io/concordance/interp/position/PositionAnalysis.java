package io.concordance.interp.position;

import io.concordance.contracts.statistics.BenjaminiHochberg;
import io.concordance.contracts.statistics.ExplainedVariance;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.interp.evidence.ArmTotals;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.Example;
import io.concordance.interp.evidence.FeatureEvidence;
import io.concordance.interp.evidence.Positions;
import io.concordance.interp.evidence.Tally;
import io.concordance.interp.evidence.TokenCells;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells positional features from semantic ones. Variance explained by position alone misses a feature that fires on one
 * token among the first few positions only, since most rows there are silent; so position is also asked about within
 * tokens, and tokens within positions. A position counts when its test survives the false-discovery rate over all features
 * and its effect is not negligible.
 */
public final class PositionAnalysis {
    static final int FEWEST_FIRINGS = 100;
    static final int FEWEST_DOCUMENTS = 20;
    static final double FALSE_DISCOVERIES = 0.05;

    private static final double NEGLIGIBLE = 0.05;
    private static final double SOME = 0.1;
    private static final double MUCH = 0.25;
    private static final double MOST = 0.5;
    private static final double FIRST_TOKEN = 0.95;

    private final Evidence evidence;
    private final RowCounts counts;
    private final long[] rows = new long[Positions.BUCKETS];

    public PositionAnalysis(Evidence evidence) {
        this.evidence = evidence;
        this.counts = new RowCounts(evidence);
        for (ArmTotals arm : evidence.arms()) {
            long[] inArm = arm.rowsByBucket();
            for (int b = 0; b < rows.length; b++) {
                rows[b] += inArm[b];
            }
        }
    }

    /** One finding for each feature of the dictionary, silent ones included. */
    public List<PositionFinding> run() {
        int features = evidence.features().size();
        int[] documents = new int[features];
        double[] p = new double[features];
        for (int j = 0; j < features; j++) {
            List<Example> firings = new ArrayList<>(evidence.features().get(j).drawn(DocumentSplit.EXPLAIN));
            firings.addAll(evidence.features().get(j).drawn(DocumentSplit.SCORE));
            Replacement test = new Replacement(firings, counts);
            documents[j] = test.size();
            p[j] = test.size() < FEWEST_DOCUMENTS
                    ? 1
                    : test.p(evidence.options().seed() + j);
        }
        double[] q = BenjaminiHochberg.q(p);
        List<PositionFinding> findings = new ArrayList<>(features);
        for (int j = 0; j < features; j++) {
            findings.add(finding(evidence.features().get(j), documents[j], p[j], q[j]));
        }
        return findings;
    }

    private PositionFinding finding(FeatureEvidence feature, int documents, double p, double q) {
        Positions positions = positions(feature);
        ExplainedVariance all = positions.explained(rows, 0);
        ExplainedVariance withoutFirst = positions.explained(rows, 1);
        List<TokenCells.Cell> cells = feature.cells().cells();
        double withinTokens = Shares.withinTokens(cells, counts);
        double content = Shares.content(cells, feature.cells().level(), counts);
        boolean shows = withinTokens >= NEGLIGIBLE || withoutFirst.omega2() >= NEGLIGIBLE;
        boolean place = q <= FALSE_DISCOVERIES && shows || withoutFirst.omega2() >= MOST;
        Positioning positioning;
        if (feature.firings() < FEWEST_FIRINGS) {
            positioning = Positioning.INSUFFICIENT;
        } else if (positions.firings(0) >= FIRST_TOKEN * feature.firings()) {
            positioning = Positioning.POSITIONAL;
        } else if (place && content < SOME && withoutFirst.omega2() >= MUCH) {
            positioning = Positioning.POSITIONAL;
        } else if (documents < FEWEST_DOCUMENTS) {
            positioning = Positioning.INSUFFICIENT;
        } else {
            positioning = place ? Positioning.MIXED : Positioning.SEMANTIC;
        }
        return new PositionFinding(positioning, all, withoutFirst, withinTokens, content, p, q, documents);
    }

    private Positions positions(FeatureEvidence feature) {
        List<Positions> moments = new ArrayList<>();
        for (int a = 0; a < evidence.arms().size(); a++) {
            Tally tally = feature.tally(a);
            if (tally != null) {
                moments.add(tally.positions());
            }
        }
        return Positions.sum(moments);
    }
}
