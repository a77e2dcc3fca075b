package io.concordance.trainer.stream;

/** The rows of one slice in the order capture wrote them, to be read in any order until closed. Not thread-safe. */
public interface SliceRows extends AutoCloseable {

    int rows();

    /** Copies the values of a row to {@code target} from {@code offset}. */
    void copy(int row, float[] target, int offset);

    /** What the rows are of. */
    RowColumns columns();

    @Override
    void close();
}
