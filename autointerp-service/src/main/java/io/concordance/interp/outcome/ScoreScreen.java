package io.concordance.interp.outcome;

import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.statistics.Auroc;
import io.concordance.contracts.statistics.BenjaminiHochberg;
import io.concordance.contracts.statistics.LogOdds;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.interp.evidence.Arm;
import io.concordance.interp.evidence.DocumentInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * Screens scores of documents that something fitted to outcomes gives, as {@link OutcomeScreen} does features: on the half
 * of the explain split that fitted nothing. A score has no silence, so what fires in the screen is what exceeds the
 * threshold, which other documents chose. The threshold lies above all ok ones among those, of the arm too: what tells an
 * arm from benign ones may be part of what was fitted.
 */
public final class ScoreScreen {
    private ScoreScreen() {}

    /**
     * @param screen on the half of the explain split that nothing was fitted to
     * @param heldOut the threshold of the calibrate split, on the score split
     */
    public record Screened(Screen screen, Calibration heldOut) {}

    /**
     * @param documents all documents that scores are given for
     * @param scores {@code [rows][documents]}
     * @return an entry a row; q is adjusted over all of them
     */
    public static List<Screened> run(List<DocumentInfo> documents, Arm arm, float[][] scores) {
        Comparison screening = new Comparison(documents, arm, ScoreScreen::screens);
        Comparison calibrating =
                new Comparison(documents, arm, document -> document.split() == DocumentSplit.CALIBRATE);
        Comparison checking = new Comparison(documents, arm, document -> document.split() == DocumentSplit.SCORE);
        Auroc[] areas = new Auroc[scores.length];
        double[] thresholds = new double[scores.length];
        double[] p = new double[scores.length];
        for (int r = 0; r < scores.length; r++) {
            screening.read(scores[r]);
            areas[r] = OutcomeScreen.area(screening, true);
            p[r] = OutcomeScreen.oneSided(areas[r]);
            calibrating.read(scores[r]);
            thresholds[r] = (float) OutcomeScreen.threshold(0, calibrating.okMaximum(), calibrating);
        }
        double[] q = BenjaminiHochberg.q(p);
        List<Screened> screened = new ArrayList<>();
        for (int r = 0; r < scores.length; r++) {
            screening.read(scores[r]);
            checking.read(scores[r]);
            int bad = screening.bad().length;
            int ok = screening.ok().length;
            int badFiring = Comparison.exceeding(screening.bad(), thresholds[r]);
            int okFiring = Comparison.exceeding(screening.ok(), thresholds[r]);
            LogOdds odds = LogOdds.of(badFiring, bad, okFiring, ok);
            Screen screen = new Screen(
                    bad,
                    ok,
                    badFiring,
                    okFiring,
                    odds.value(),
                    odds.low(),
                    odds.high(),
                    areas[r].area(),
                    areas[r].low(),
                    areas[r].high(),
                    p[r],
                    q[r]);
            screened.add(new Screened(screen, OutcomeScreen.counts(checking, thresholds[r])));
        }
        return screened;
    }

    private static boolean screens(DocumentInfo document) {
        return document.split() == DocumentSplit.EXPLAIN && !DocumentSplit.fits(document.key());
    }
}
