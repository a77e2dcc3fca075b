package io.concordance.interp.outcome;

import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.interp.evidence.Arm;
import io.concordance.interp.evidence.Scope;

/**
 * What one feature has to do with the bad outcomes of one arm.
 *
 * @param firedOnBad bad documents of the arm, in any split, in which the feature fired
 * @param screen on the explain split
 * @param calibration threshold chosen on the calibrate split, with what exceeds it there
 * @param heldOut the same threshold on the score split, which neither screen nor threshold has seen
 */
public record Attribution(
        int feature,
        Arm arm,
        Scope scope,
        int firedOnBad,
        Screen screen,
        Calibration calibration,
        Calibration heldOut) {}
