package io.concordance.capture.model;

/** An activation is not finite in the precision it is kept in; it would not be the next time either. */
public final class NotFiniteException extends RuntimeException {
    private final String hook;
    private final int row;
    private final int position;
    private final String precision;

    NotFiniteException(String hook, int row, int position, String precision) {
        super("activations at " + hook + ", position " + position + " of row " + row + ", are not finite in "
                + precision);
        this.hook = hook;
        this.row = row;
        this.position = position;
        this.precision = precision;
    }

    /** Name of the hook point. */
    public String hook() {
        return hook;
    }

    /** Row of the batch. */
    public int row() {
        return row;
    }

    /** Position in that row, from 0. */
    public int position() {
        return position;
    }

    /** The precision, and what would hold the value where there is such. */
    public String precision() {
        return precision;
    }
}
