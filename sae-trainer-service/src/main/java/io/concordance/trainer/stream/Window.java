package io.concordance.trainer.stream;

import io.concordance.trainer.step.KeyedRandom;
import java.util.Arrays;
import java.util.List;

/**
 * Rows that are shuffled together: those left over from the window before, then the rows of open slices in order. Only the
 * former are in memory.
 */
final class Window implements AutoCloseable {
    private final Leftover leftover;
    private final List<Slice> slices;
    private final int[] starts;
    private final long firstRow;
    private final KeyedPermutation order;
    private final int count;

    /**
     * A slice of the window.
     *
     * @param slot its place in {@link ShardOrder}
     * @param document index of every row's document
     */
    record Slice(int slot, SliceRows rows, int[] document) {}

    /** @param firstRow canonical index of the first row of the slices, or {@link Coverage#UNTRACKED} */
    Window(Leftover leftover, List<Slice> slices, long firstRow, long key) {
        this.leftover = leftover;
        this.slices = List.copyOf(slices);
        this.firstRow = firstRow;
        this.starts = new int[slices.size()];
        int at = leftover.count();
        for (int s = 0; s < starts.length; s++) {
            starts[s] = at;
            at = Math.addExact(at, slices.get(s).rows().rows());
        }
        this.count = at;
        this.order = new KeyedPermutation(Math.max(1, count), key);
    }

    static long key(long seed, int epoch, int window) {
        return KeyedRandom.hash(seed, epoch, window);
    }

    int count() {
        return count;
    }

    /** The row at shuffled place {@code place}. */
    int at(int place) {
        return order.at(place);
    }

    /** Copies a row to row {@code targetRow} of {@code target}, [_, width]. */
    void copy(int row, int width, float[] target, int targetRow) {
        if (row < leftover.count()) {
            System.arraycopy(leftover.rows(), row * width, target, targetRow * width, width);
        } else {
            int s = sliceOf(row);
            slices.get(s).rows().copy(row - starts[s], target, targetRow * width);
        }
    }

    /** Canonical index of a row, or {@link Coverage#UNTRACKED}. */
    long index(int row) {
        if (row < leftover.count()) {
            return leftover.indices()[row];
        }
        return firstRow == Coverage.UNTRACKED ? Coverage.UNTRACKED : firstRow + row - leftover.count();
    }

    /** Key of the document that a row belongs to. */
    long document(int row) {
        if (row < leftover.count()) {
            return leftover.documents()[row];
        }
        int s = sliceOf(row);
        Slice slice = slices.get(s);
        return (long) slice.slot() << Integer.SIZE | slice.document()[row - starts[s]];
    }

    /** The rows from shuffled place {@code from} on. */
    Leftover rest(int from, int width) {
        int rest = count - from;
        float[] rows = new float[Math.multiplyExact(rest, width)];
        long[] indices = new long[rest];
        long[] documents = new long[rest];
        for (int i = 0; i < rest; i++) {
            int row = at(from + i);
            copy(row, width, rows, i);
            indices[i] = index(row);
            documents[i] = document(row);
        }
        return new Leftover(rows, indices, documents);
    }

    private int sliceOf(int row) {
        int found = Arrays.binarySearch(starts, row);
        return found >= 0 ? found : -found - 2;
    }

    @Override
    public void close() {
        slices.forEach(slice -> slice.rows().close());
    }
}
