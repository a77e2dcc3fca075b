package io.concordance.capture.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Gradient ascent on the unit sphere, one direction after the other, each orthogonal to those found before: finite-radius
 * search as in MELBO (Mack and Turner, 2024), with exact gradients and steps of fixed angle. A function of the settings and
 * the objective.
 *
 * @param width values of a direction
 * @param steps of one ascent
 */
public record Ascents(int width, int steps, long seed) {
    /** Length of a step along the tangent, before the direction is made length 1 again; smaller in the last third. */
    private static final double FAR = 0.5;

    private static final double NEAR = 0.2;
    private static final double NOTHING = 1e-12;

    /** @param gain the objective's value at the direction */
    @SuppressWarnings("ArrayRecordComponent") // rows of a tensor
    public record Found(float[] direction, double gain) {}

    /**
     * The best direction met on the way up from a random one.
     *
     * @param earlier directions found so far, fewer than there are dimensions
     */
    public Found next(List<float[]> earlier, Objective objective) {
        List<double[]> basis = basis(earlier);
        double[] at = random(earlier.size(), basis);
        Found best = null;
        for (int step = 0; step < steps; step++) {
            float[] direction = narrow(at);
            Objective.Ascent ascent = objective.at(direction);
            if (best == null || ascent.value() > best.gain) {
                best = new Found(direction, ascent.value());
            }
            double[] tangent = widen(ascent.gradient());
            remove(basis, tangent);
            remove(List.of(at), tangent);
            double length = norm(tangent);
            if (!(length > NOTHING)) {
                break;
            }
            double stride = 3 * step < 2 * steps ? FAR : NEAR;
            for (int i = 0; i < width; i++) {
                at[i] += stride / length * tangent[i];
            }
            remove(basis, at);
            scale(at, 1 / norm(at));
        }
        if (best == null) {
            throw new IllegalStateException("an ascent of " + steps + " steps");
        }
        return best;
    }

    /** A direction of length 1 that no gradient chose, orthogonal to the earlier ones: the control. */
    public float[] control(List<float[]> earlier) {
        return narrow(random(earlier.size() + (1 << 20), basis(earlier)));
    }

    private double[] random(int number, List<double[]> basis) {
        Random random = new Random(seed * 1_000_003 + number);
        double[] vector = new double[width];
        for (int i = 0; i < width; i++) {
            vector[i] = random.nextGaussian();
        }
        remove(basis, vector);
        scale(vector, 1 / norm(vector));
        return vector;
    }

    /** Gram-Schmidt, so that rounding of the stored directions does not add up. */
    private static List<double[]> basis(List<float[]> directions) {
        List<double[]> basis = new ArrayList<>();
        for (float[] direction : directions) {
            double[] vector = widen(direction);
            remove(basis, vector);
            scale(vector, 1 / norm(vector));
            basis.add(vector);
        }
        return basis;
    }

    private static void remove(List<double[]> basis, double[] vector) {
        for (double[] unit : basis) {
            double along = 0;
            for (int i = 0; i < vector.length; i++) {
                along += unit[i] * vector[i];
            }
            for (int i = 0; i < vector.length; i++) {
                vector[i] -= along * unit[i];
            }
        }
    }

    private static double norm(double[] vector) {
        double sum = 0;
        for (double value : vector) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    private static void scale(double[] vector, double factor) {
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= factor;
        }
    }

    private static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
