package io.concordance.interp.probe;

/**
 * How many documents of an arm can say something about bad outcomes. Ok documents are the arm's own and those of benign
 * arms.
 *
 * @param bad of the arm, in all; likewise {@code ok} and {@code unknown}, its own alone
 * @param screenedBad in the explain split, which screens features
 * @param heldOutBad in the score split, which confirms
 */
public record ArmOutcomes(
        String arm,
        String armKind,
        int bad,
        int ok,
        int unknown,
        int screenedBad,
        int screenedOk,
        int heldOutBad,
        int heldOutOk) {}
