package io.concordance.trainer.kernel;

/**
 * Where to look for a row's k-th largest value before anything of the row is known: in proportion to the row's length, a
 * little below where nearly all rows of the batch before had theirs. A row that then falls short is done again, so bits
 * do not depend on it.
 */
final class Borders {
    private static final float CAUTION = 0.95f;
    /** One row in so many may fall short. */
    private static final int ROWS_A_MISS = 2048;

    private final float[] ratios;
    private float ratio;

    Borders(int batch) {
        this.ratios = new float[batch];
    }

    /** A border that the row's k-th value is expected to be above; 0 to expect nothing. */
    float first(float length) {
        float border = ratio * length;
        return border > 0 && border < Float.MAX_VALUE ? border : 0;
    }

    /** Takes in a row of k kept values, of which {@code smallest} is the last; 0 for one that kept fewer. */
    void learn(int row, float smallest, float length) {
        ratios[row] = smallest > 0 && length > 0 ? smallest / length : 0;
    }

    /** Ends a batch. */
    void settle() {
        int misses = ratios.length / ROWS_A_MISS;
        ratio = CAUTION * KLargest.kth(ratios, 0, ratios.length, ratios.length - misses);
    }
}
