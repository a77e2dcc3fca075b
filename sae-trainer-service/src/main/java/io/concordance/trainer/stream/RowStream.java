package io.concordance.trainer.stream;

import io.concordance.contracts.problem.FieldProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Batches of rows, epoch after epoch. Consecutive shards with at least {@code windowRows} rows make a window, which is
 * shuffled by f(seed, epoch, window) and cut in batches; rows that do not fill a batch join the next window. Every row is
 * used once an epoch (the last rows of a run may stay unused). Not thread-safe.
 */
public final class RowStream {
    private final ShardOrder order;
    private final ShardSource source;
    private final int width;
    private final int batch;
    private final int windowRows;
    private final long seed;
    private final Coverage coverage;
    private int epoch;
    private int windowIndex;
    private int slot;
    private long firstRow;
    private int batches;
    private float[] leftover;
    private long[] leftoverRows;
    private @Nullable Window window;
    private int nextSlot;
    private long nextRow;

    public RowStream(
            ShardOrder order, ShardSource source, int width, int batch, int windowRows, long seed, StreamState state) {
        this.order = order;
        this.source = source;
        this.width = width;
        this.batch = batch;
        this.windowRows = windowRows;
        this.seed = seed;
        this.coverage = Coverage.of(state.seen());
        this.epoch = state.epoch();
        this.windowIndex = state.window();
        this.slot = state.slot();
        this.firstRow = state.firstRow();
        this.batches = state.batches();
        this.leftover = state.leftover();
        this.leftoverRows = state.leftoverRows();
    }

    /**
     * Opens the window that the next batch comes from.
     *
     * @return false while a shard it needs has not been written
     */
    public boolean ready() {
        while (true) {
            Window current = window;
            if (current == null) {
                current = open();
                if (current == null) {
                    return false;
                }
                window = current;
            }
            if ((long) (batches + 1) * batch <= current.count()) {
                return true;
            }
            carry(current);
        }
    }

    /** Copies the next batch, [batch, width]; {@link #ready} must have said yes. */
    public void next(float[] target) {
        Window current = current();
        for (int i = 0; i < batch; i++) {
            coverage.mark(current.copy(batches * batch + i, width, target, i));
        }
        batches++;
    }

    /** Rows of the open window, [count, width], in no useful order; {@link #ready} must have said yes. */
    public float[] windowRows() {
        return current().rows();
    }

    private Window current() {
        Window current = window;
        if (current == null) {
            throw new IllegalStateException("no window is open");
        }
        return current;
    }

    /** Loads the window that starts at {@link #slot}, or returns null when a shard is missing. */
    private @Nullable Window open() {
        List<ShardSource.Written> shards = new ArrayList<>();
        long rows = 0;
        int end = slot;
        for (; end < order.size() && rows < windowRows; end++) {
            Optional<ShardSource.Written> shard = source.find(order.at(end));
            if (shard.isEmpty()) {
                return null;
            }
            if (shard.get().included() && shard.get().rows() > 0) {
                checkWidth(shard.get());
                shards.add(shard.get());
                rows += shard.get().rows();
            }
        }
        if (end == order.size() && firstRow + rows == 0) {
            throw new FieldProblem("jobs", null, "at least one captured row at the hook, in the arms chosen");
        }
        nextSlot = end;
        nextRow = firstRow + rows;
        int count = Math.toIntExact(leftoverRows.length + rows);
        float[] data = Arrays.copyOf(leftover, Math.multiplyExact(count, width));
        long[] indices = Arrays.copyOf(leftoverRows, count);
        int at = leftoverRows.length;
        for (ShardSource.Written shard : shards) {
            source.read(shard, data, at * width);
            at += shard.rows();
        }
        for (int i = leftoverRows.length; i < count; i++) {
            indices[i] = epoch == 0 ? firstRow + i - leftoverRows.length : Coverage.UNTRACKED;
        }
        return count == 0
                ? new Window(data, indices, 0, new KeyedPermutation(1, 0))
                : Window.of(data, indices, leftoverRows.length, seed, epoch, windowIndex);
    }

    private void checkWidth(ShardSource.Written shard) {
        if (shard.width() != width) {
            throw new FieldProblem(
                    "jobs",
                    shard.width() + " values a row in "
                            + shard.parts().getFirst().object().key(),
                    width + ", as in the first shard");
        }
    }

    /** Keeps the unused rows of a finished window and moves on. */
    private void carry(Window finished) {
        int used = batches * batch;
        int count = finished.count() - used;
        float[] rows = new float[count * width];
        long[] indices = new long[count];
        for (int i = 0; i < count; i++) {
            indices[i] = finished.copy(used + i, width, rows, i);
        }
        leftover = rows;
        leftoverRows = indices;
        batches = 0;
        windowIndex++;
        window = null;
        if (nextSlot == order.size()) {
            epoch++;
            slot = 0;
            firstRow = 0;
        } else {
            slot = nextSlot;
            firstRow = nextRow;
        }
    }

    public Coverage coverage() {
        return coverage;
    }

    /** Passes over all shards completed. */
    public int epoch() {
        return epoch;
    }

    public StreamState snapshot() {
        return new StreamState(epoch, windowIndex, slot, firstRow, batches, leftover, leftoverRows, coverage.bitmap());
    }
}
