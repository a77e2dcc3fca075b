package io.concordance.interp.outcome;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.statistics.Auroc;
import io.concordance.contracts.statistics.BenjaminiHochberg;
import io.concordance.contracts.statistics.LogOdds;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.Arm;
import io.concordance.interp.evidence.ArmTotals;
import io.concordance.interp.evidence.DocumentInfo;
import io.concordance.interp.evidence.DocumentMaxima;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Screens every feature against the bad outcomes of every arm that has any. The unit is the document, its score the
 * feature's maximum over it.
 */
public final class OutcomeScreen {
    /**
     * How far above the largest benign calibration maximum a threshold lies: beyond what half-precision rows and another
     * order of summation can move a value.
     */
    static final double JUST_ABOVE = 1.01;

    private final Dictionary dictionary;
    private final Evidence evidence;

    public OutcomeScreen(Dictionary dictionary, Evidence evidence) {
        this.dictionary = dictionary;
        this.evidence = evidence;
    }

    /** Attributions of features that fired on at least one bad document, by arm, scope, then feature. */
    public List<Attribution> run() {
        List<Attribution> attributions = new ArrayList<>();
        for (ArmTotals arm : evidence.arms()) {
            if (arm.documents(Outcome.BAD) > 0) {
                for (Scope scope : Scope.values()) {
                    attributions.addAll(screen(arm.arm(), scope));
                }
            }
        }
        return attributions;
    }

    private List<Attribution> screen(Arm arm, Scope scope) {
        int features = evidence.features().size();
        Comparison screening = new Comparison(evidence, arm, DocumentSplit.EXPLAIN);
        Auroc[] areas = new Auroc[features];
        int[] badFiring = new int[features];
        int[] okFiring = new int[features];
        double[] p = new double[features];
        for (int j = 0; j < features; j++) {
            screening.read(evidence.features().get(j).maxima(), scope);
            badFiring[j] = Comparison.exceeding(screening.bad(), 0);
            okFiring[j] = Comparison.exceeding(screening.ok(), 0);
            areas[j] = area(screening, badFiring[j] + okFiring[j] > 0);
            p[j] = oneSided(areas[j]);
        }
        double[] q = BenjaminiHochberg.q(p);
        Comparison calibrating = new Comparison(evidence, arm, DocumentSplit.CALIBRATE);
        Comparison checking = new Comparison(evidence, arm, DocumentSplit.SCORE);
        List<Attribution> attributions = new ArrayList<>();
        for (int j = 0; j < features; j++) {
            DocumentMaxima maxima = evidence.features().get(j).maxima();
            int firedOnBad = firedOnBad(maxima, arm, scope);
            if (firedOnBad == 0) {
                continue;
            }
            int bad = screening.bad().length;
            int ok = screening.ok().length;
            LogOdds odds = LogOdds.of(badFiring[j], bad, okFiring[j], ok);
            Screen screen = new Screen(
                    bad,
                    ok,
                    badFiring[j],
                    okFiring[j],
                    odds.value(),
                    odds.low(),
                    odds.high(),
                    areas[j].area(),
                    areas[j].low(),
                    areas[j].high(),
                    p[j],
                    q[j]);
            calibrating.read(maxima, scope);
            double threshold = threshold(dictionary.threshold()[j], calibrating);
            Calibration calibration = counts(calibrating, threshold);
            checking.read(maxima, scope);
            attributions.add(
                    new Attribution(j, arm, scope, firedOnBad, screen, calibration, counts(checking, threshold)));
        }
        return attributions;
    }

    /** Nothing to tell apart (an empty group, or silence everywhere) is chance level with no evidence. */
    static Auroc area(Comparison screening, boolean fires) {
        if (!fires || screening.bad().length == 0 || screening.ok().length == 0) {
            return new Auroc(0.5, 0, 1, 1);
        }
        return Auroc.of(screening.bad(), screening.ok());
    }

    /**
     * Mann-Whitney p that bad documents score higher. Where bad documents count by fewer tokens than ok ones, a feature that
     * means nothing scores lower on them, so the other side would make discoveries of its own.
     */
    static double oneSided(Auroc area) {
        if (area.area() == 0.5) {
            return 1;
        }
        return area.area() > 0.5 ? area.p() / 2 : 1 - area.p() / 2;
    }

    /**
     * Above everything that benign ok documents of the calibrate split reach, and never below the feature's own
     * threshold: with n such documents the next one exceeds their maximum with probability at most 1 / (n + 1). Where
     * three quarters of the bad documents lie higher still, the threshold moves half way up to them, which costs none of
     * those and leaves both sides the same margin.
     *
     * @param least the feature's own threshold
     */
    static double threshold(double least, Comparison calibrating) {
        return threshold(least, calibrating.benignMaximum(), calibrating);
    }

    /** @param maximum score of ok documents that must stay below */
    static double threshold(double least, double maximum, Comparison calibrating) {
        double ok = maximum * JUST_ABOVE;
        double margin = (ok + calibrating.lowerQuartileOfBad()) / 2;
        return Math.max(least, Math.max(ok, margin));
    }

    static Calibration counts(Comparison documents, double threshold) {
        return new Calibration(
                threshold,
                documents.ok().length,
                Comparison.exceeding(documents.ok(), threshold),
                documents.bad().length,
                Comparison.exceeding(documents.bad(), threshold));
    }

    private int firedOnBad(DocumentMaxima maxima, Arm arm, Scope scope) {
        Set<Integer> fired = new HashSet<>();
        for (int i = 0; i < maxima.size(); i++) {
            DocumentInfo document = evidence.documents().get(maxima.document(i));
            if (document.outcome() == Outcome.BAD && document.arm().equals(arm) && maxima.maximum(i, scope) > 0) {
                fired.add(maxima.document(i));
            }
        }
        return fired.size();
    }
}
