package io.concordance.trainer.stream;

/**
 * Rows that filled no batch of their window, fewer than a batch has.
 *
 * @param rows [count, width]
 * @param indices canonical row indices, {@link Coverage#UNTRACKED} for rows past the first epoch, [count]
 * @param documents keys of the rows' documents, [count]
 */
public record Leftover(float[] rows, long[] indices, long[] documents) {
    static final Leftover NONE = new Leftover(new float[0], new long[0], new long[0]);

    public int count() {
        return indices.length;
    }
}
