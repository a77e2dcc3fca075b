package io.concordance.trainer.stream;

import java.util.BitSet;

/** Which rows of the first epoch were trained on, by row index in canonical order. */
public final class Coverage {
    /** Index of a row that belongs to a later epoch and is not tracked. */
    static final long UNTRACKED = -1;

    private final BitSet seen;

    public Coverage() {
        seen = new BitSet();
    }

    private Coverage(BitSet seen) {
        this.seen = seen;
    }

    public static Coverage of(byte[] bitmap) {
        return new Coverage(BitSet.valueOf(bitmap));
    }

    /**
     * Marks a row.
     *
     * @throws IllegalStateException when it was marked before: a row would be used twice in one epoch
     */
    void mark(long row) {
        if (row == UNTRACKED) {
            return;
        }
        int index = Math.toIntExact(row);
        if (seen.get(index)) {
            throw new IllegalStateException("row " + row + " used twice in the first epoch");
        }
        seen.set(index);
    }

    /** Rows used so far. */
    public long seen() {
        return seen.cardinality();
    }

    /** Little-endian bits. */
    public byte[] bitmap() {
        return seen.toByteArray();
    }
}
