package io.concordance.contracts.kernel.bf16;

import java.util.Arrays;

/**
 * How far a pre-activation from bf16 products may be from the fp32 one, for every pair of a batch.
 *
 * <p>Let z be the pre-activation a chain of fp32 fused multiply-adds with coordinates ascending plus the bias,
 * and t the product of the vectors rounded to bf16. Then {@code lower <= z <= upper} with
 *
 * <pre>
 * upper = fma(norm[row], reach[feature], t + raisedBias[feature])
 * lower = fma(-2 norm[row], reach[feature], upper) - 3 slack
 * </pre>
 *
 * each operation in fp32, for rows that are {@link #trusted}. The proof is in docs/screening.md; every quantity in it is
 * computed from the numbers at hand in double precision, nothing is assumed about their distribution.
 */
public final class ScreenBound {
    /** Longest rows for which the terms of second order fit the proof's allowances. */
    public static final int WIDEST = 1 << 15;

    /** Above these the products might overflow, or a bound lose its meaning. */
    private static final double LONGEST = 0x1p50;

    private static final double LARGEST_BIAS = 0x1p100;
    /** What rounding takes from a row of normal numbers is at most 2^-8 of it. */
    private static final double LARGEST_LOSS = 0x1p-7;
    /** Covers what double precision rounds, {@link #WIDEST} times 2^-53. */
    private static final double UP = 1 + 0x1p-30;

    private final int width;
    private final boolean[] trusted;
    private final float[] norm;
    private float[] reach = new float[0];
    private float[] raisedBias = new float[0];
    private float slack;
    private double loss;

    public ScreenBound(int width, int batch) {
        this.width = width;
        this.trusted = new boolean[batch];
        this.norm = new float[batch];
    }

    /** @param squares sum of squares of each row, and of what rounding took from it */
    public void rows(double[] squares) {
        loss = 0;
        for (int r = 0; r < norm.length; r++) {
            double length = Math.sqrt(squares[2 * r]);
            double lost = Math.sqrt(squares[2 * r + 1]);
            trusted[r] = length < LONGEST && lost <= LARGEST_LOSS * length;
            norm[r] = trusted[r] ? up(length) : 0;
            if (trusted[r] && length > 0) {
                loss = Math.max(loss, lost / length);
            }
        }
    }

    /**
     * Comes after {@link #rows}.
     *
     * @param squares sum of squares of each feature's encoder, and of what rounding took from it
     * @param places features rounded up to whole panels; no bound puts those past the last feature above a border
     * @return whether the bounds hold; they do not when a weight is not finite, or huge
     */
    public boolean features(double[] squares, float[] bias, int features, int places) {
        double longest = 0;
        double largestBias = 0;
        for (int f = 0; f < features; f++) {
            longest = Math.max(longest, squares[2 * f]);
            largestBias = Math.max(largestBias, Math.abs(bias[f]));
        }
        if (!(width <= WIDEST && longest < LONGEST * LONGEST && largestBias < LARGEST_BIAS)) {
            return false;
        }
        if (reach.length < places) {
            reach = new float[places];
            raisedBias = new float[places];
        }
        slack = up(largestBias * 0x1p-20 + width * 0x1p-124);
        double summing = (width + 8) * 0x1p-22;
        Arrays.fill(raisedBias, Float.NEGATIVE_INFINITY);
        Arrays.fill(reach, 0);
        for (int f = 0; f < features; f++) {
            double length = Math.sqrt(squares[2 * f]);
            double lost = Math.sqrt(squares[2 * f + 1]);
            reach[f] = up(lost + (loss + summing) * (length + lost));
            raisedBias[f] = Math.nextUp(bias[f] + slack);
        }
        return true;
    }

    /** Lengths of the rows, raised, {@code [batch]}; 0 for those that are not trusted. */
    public float[] norm() {
        return norm;
    }

    /** By feature; of the last call of {@link #features}. */
    public float[] reach() {
        return reach;
    }

    /** By feature; of the last call of {@link #features}. */
    public float[] raisedBias() {
        return raisedBias;
    }

    public boolean trusted(int row) {
        return trusted[row];
    }

    /** @param product of the rounded vectors */
    public float upper(int row, int feature, float product) {
        return Math.fma(norm[row], reach[feature], product + raisedBias[feature]);
    }

    public float lower(int row, int feature, float upper) {
        return Math.fma(-2 * norm[row], reach[feature], upper) - 3 * slack;
    }

    private static float up(double value) {
        return Math.nextUp((float) (value * UP));
    }
}
