package io.concordance.contracts.dictionary;

import io.concordance.contracts.problem.FieldProblem;
import java.util.List;

/**
 * What was taken off the rows of a steered model before a dictionary learnt from them, so that neither the steering
 * directions nor what they do to every row could be learnt: the mean change that steering made, then whatever of the row
 * lies along the directions and not along the unsteered mean.
 *
 * <pre>
 * x = h - shift        h' = x - Σ_i q_i (q_i · (x - mean))
 * </pre>
 *
 * @param arm name of the steered arm
 * @param rows that both means are of
 * @param directions orthonormal {@code q_i}, {@code [n, d]}
 * @param shift mean of the steered rows less that of the same tokens unsteered, {@code [d]}
 * @param mean of the unsteered rows, {@code [d]}
 */
@SuppressWarnings("ArrayRecordComponent") // large immutable values, held by reference, not to be changed
public record SteeringRemoved(String arm, long rows, List<float[]> directions, float[] shift, float[] mean) {

    public SteeringRemoved {
        directions = List.copyOf(directions);
        for (int i = 0; i < directions.size(); i++) {
            check("directions[" + i + "]", directions.get(i).length, shift.length);
        }
        check("mean", mean.length, shift.length);
    }

    private static void check(String field, int length, int expected) {
        if (length != expected) {
            throw new FieldProblem(field, length + " values", expected + " values");
        }
    }

    /** Takes it off a row, {@code row[at, at + d)}. */
    public void removeFrom(float[] row, int at) {
        for (int c = 0; c < shift.length; c++) {
            row[at + c] -= shift[c];
        }
        for (float[] direction : directions) {
            double along = 0;
            for (int c = 0; c < direction.length; c++) {
                along += (double) direction[c] * ((double) row[at + c] - mean[c]);
            }
            for (int c = 0; c < direction.length; c++) {
                row[at + c] = (float) (row[at + c] - along * direction[c]);
            }
        }
    }
}
