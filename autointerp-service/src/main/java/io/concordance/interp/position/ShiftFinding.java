package io.concordance.interp.position;

/**
 * What a feature did on the same windows of text put at several positions.
 *
 * @param windows windows it had fired on, {@code background} others
 * @param offsets how many positions each was put at
 * @param leftOut windows that the tokenizer did not give back as they were, or that were cut
 * @param share of the activation's variance, over all windows, that the position explains within a window; ω²
 * @param content share that the windows' own means explain
 * @param reproduced share of windows that it fires on again, at the position where most do
 * @param p of the positions within windows, if every reading of a window could stand at any of them
 * @param q the same adjusted for all features that were tested together
 */
public record ShiftFinding(
        int windows,
        int background,
        int offsets,
        int leftOut,
        double share,
        double content,
        double reproduced,
        double p,
        double q) {
    private static final int FEWEST_WINDOWS = 6;
    private static final int FEWEST_OFFSETS = 3;
    private static final double REPRODUCED = 0.5;
    private static final double NEGLIGIBLE = 0.05;
    private static final double SOME = 0.1;

    ShiftFinding adjusted(double newQ) {
        return new ShiftFinding(windows, background, offsets, leftOut, share, content, reproduced, p, newQ);
    }

    /**
     * What the feature answers to. Moving a window changes nothing but its place, so this outweighs what was observed; but
     * only where enough windows made the feature fire again.
     */
    public Positioning positioning(Positioning observed) {
        if (windows < FEWEST_WINDOWS || offsets < FEWEST_OFFSETS || reproduced < REPRODUCED) {
            return observed;
        }
        boolean moves = q <= PositionAnalysis.FALSE_DISCOVERIES && share >= NEGLIGIBLE;
        if (!moves) {
            return Positioning.SEMANTIC;
        }
        return content < SOME ? Positioning.POSITIONAL : Positioning.MIXED;
    }
}
