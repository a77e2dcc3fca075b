package io.concordance.contracts.dictionary;

import io.concordance.contracts.problem.FieldProblem;

/**
 * How far the mean activation at a token position lies from the mean of all: {@code offset_p = mean_p - mean}. The last
 * entry is that of all later positions too.
 *
 * @param values {@code [positions, width]}, held by reference, not to be changed
 */
public record PositionOffsets(int positions, int width, float[] values) {

    public PositionOffsets {
        if (positions < 1 || values.length != (long) positions * width) {
            throw new FieldProblem(
                    DictionaryFiles.POSITION_OFFSET,
                    values.length + " values for " + positions + " positions",
                    "width values a position, of which there is one at least");
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new FieldProblem(
                        DictionaryFiles.POSITION_OFFSET + "[" + i / width + "][" + i % width + "]",
                        values[i],
                        "a finite number");
            }
        }
    }

    /** Takes the offset of its position off a row, {@code row[at, at + width)}. */
    public void subtract(float[] row, int at, int position) {
        int from = start(position);
        for (int i = 0; i < width; i++) {
            row[at + i] -= values[from + i];
        }
    }

    /** Gives a row back what {@link #subtract} took. */
    public void add(float[] row, int at, int position) {
        int from = start(position);
        for (int i = 0; i < width; i++) {
            row[at + i] += values[from + i];
        }
    }

    private int start(int position) {
        if (position < 0) {
            throw new FieldProblem("position", position, "0 or more");
        }
        return Math.min(position, positions - 1) * width;
    }
}
