package io.concordance.contracts.dictionary;

import io.concordance.contracts.problem.FieldProblem;
import org.jspecify.annotations.Nullable;

/**
 * How the rows that a dictionary reads are made of activations: {@code x = a - b - offset_p}, where {@code a} is the
 * activation of the dictionary's own model and hook, {@code b} that of {@code minus} at the same token of the same
 * document, and p the token's position; either may be absent.
 */
public record DictionaryInput(
        @Nullable Minus minus, @Nullable PositionOffsets positions) {
    /** Activations as they are. */
    public static final DictionaryInput PLAIN = new DictionaryInput(null, null);

    /** What is subtracted: the activation of a model at a canonical hook point. */
    public record Minus(String model, String hook) {}

    /** The same with something subtracted. */
    public DictionaryInput less(Minus other) {
        return new DictionaryInput(other, positions);
    }

    public boolean isPlain() {
        return minus == null && positions == null;
    }

    /**
     * Turns activations into what the dictionary reads.
     *
     * @param rows {@code [count, width]}, changed in place
     * @param at positions, those of the rows from {@code from} on
     * @throws FieldProblem when the dictionary reads differences: {@link #ofDifferences} takes them
     */
    public void ofActivations(float[] rows, int[] at, int from, int count) {
        if (minus != null) {
            throw notPlain();
        }
        ofDifferences(rows, at, from, count);
    }

    /** The same for rows from which the activations of {@link #minus}, if any, have been subtracted. */
    public void ofDifferences(float[] rows, int[] at, int from, int count) {
        PositionOffsets offsets = positions;
        if (offsets != null) {
            for (int r = 0; r < count; r++) {
                offsets.subtract(rows, r * offsets.width(), at[from + r]);
            }
        }
    }

    /** Turns the reconstruction of a row into that of the activation, or of the difference, at a position. */
    public void restore(float[] row, int position) {
        if (positions != null) {
            positions.add(row, 0, position);
        }
    }

    /**
     * For readers that have nothing but an activation.
     *
     * @throws FieldProblem unless the dictionary reads activations as they are
     */
    public void requirePlain() {
        if (!isPlain()) {
            throw notPlain();
        }
    }

    private FieldProblem notPlain() {
        String reads = minus == null
                ? "activations less the mean at their position"
                : "activations less those of model " + minus.model() + " at " + minus.hook();
        return new FieldProblem("dictionary", "one that reads " + reads, "one that reads activations as they are");
    }
}
