package io.concordance.registry.feature;

import io.concordance.contracts.event.FeatureAttributed.Screen;
import java.util.List;

/**
 * The rule that turns evidence into a grade; {@code docs/grading.md} states it for readers. A pure function: anyone with
 * the evidence can recompute the grade.
 */
public final class Grading {
    /** Largest false-discovery rate at which a screen counts. */
    public static final double MAX_Q = 0.05;

    private Grading() {}

    /** The highest grade that the evidence reaches. */
    public static Grade grade(List<Evidence> evidence) {
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
}
