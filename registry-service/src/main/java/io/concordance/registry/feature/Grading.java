package io.concordance.registry.feature;

import io.concordance.contracts.event.FeatureAttributed.Ablation;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import java.util.List;

/**
 * The rule that turns evidence into a grade; {@code docs/grading.md} states it for readers. A pure function: anyone with
 * the evidence can recompute the grade.
 */
public final class Grading {
    /** Largest false-discovery rate at which a screen counts. */
    public static final double MAX_Q = 0.05;

    /** Fewest transcripts that an effect may rest on. */
    public static final int LEAST_TRANSCRIPTS = 20;

    private Grading() {}

    /** The highest grade that the evidence reaches. */
    public static Grade grade(List<Evidence> evidence) {
        if (evidence.stream().anyMatch(Grading::causes)) {
            return Grade.E2;
        }
        return evidence.stream().anyMatch(Grading::associates) ? Grade.E1 : Grade.E0;
    }

    /**
     * Whether one arm, taken alone, shows association with the bad outcome. On screening documents: q at most
     * {@value #MAX_Q}, and the lower bounds of AUROC and log odds above chance. On calibration documents, which are
     * others: the whole interval of the bad rate above the whole interval of the ok rate. A number that is not a number
     * fails.
     */
    public static boolean associates(Evidence evidence) {
        Screen screen = evidence.screen();
        return screen.q() <= MAX_Q
                && screen.aurocLow() > 0.5
                && screen.logOddsLow() > 0
                && evidence.recall().low() > evidence.falsePositiveRate().high();
    }

    /**
     * Whether one arm, taken alone, shows that the feature brings the bad outcome about: it associates, and removing the
     * feature alone, on at least {@value #LEAST_TRANSCRIPTS} bad transcripts that the screen has not seen, lowers the
     * action's log-probability and the share of continuations that have the action, both by lower bounds above 0.
     */
    public static boolean causes(Evidence evidence) {
        Ablation ablation = evidence.ablation();
        if (ablation == null || ablation.necessity() == null || !associates(evidence)) {
            return false;
        }
        return ablation.features().size() == 1
                && ablation.transcripts() >= LEAST_TRANSCRIPTS
                && ablation.low() > 0
                && ablation.necessity().transcripts() >= LEAST_TRANSCRIPTS
                && ablation.necessity().low() > 0;
    }
}
