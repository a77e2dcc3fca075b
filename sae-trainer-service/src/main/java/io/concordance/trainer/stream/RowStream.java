package io.concordance.trainer.stream;

import io.concordance.contracts.problem.FieldProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Batches of rows, epoch after epoch. Consecutive shards with at least {@code windowRows} rows make a window, which is
 * shuffled by f(seed, epoch, window) and cut in batches; rows that do not fill a batch join the next window. Every row is
 * used once an epoch (the last rows of a run may stay unused). A window's rows are read when a batch has them, so that its
 * size costs no memory. Not thread-safe.
 */
public final class RowStream implements AutoCloseable {
    private final ShardOrder order;
    private final ShardSource source;
    private final int width;
    private final int batch;
    private final int windowRows;
    private final long seed;
    private final Coverage coverage;
    private final long[] documents;
    private PairCounts pairs;
    private int epoch;
    private int windowIndex;
    private int slot;
    private long firstRow;
    private int batches;
    private Leftover leftover;
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
        this.documents = new long[batch];
        this.pairs = state.pairs();
        this.epoch = state.epoch();
        this.windowIndex = state.window();
        this.slot = state.slot();
        this.firstRow = state.firstRow();
        this.batches = state.batches();
        this.leftover = state.leftover();
    }

    /**
     * Opens the window that the next batch comes from.
     *
     * @return false while a shard it needs has not been written
     * @throws BadShard when a shard of it cannot be used; see {@link #leaveOut}
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

    /**
     * Settles where to go on after a {@link BadShard} that the source leaves out from now on. A window of which no batch was
     * used is made again without it. The rest of one that was begun, before the run was resumed, is given up: which of its
     * rows were used can no longer be told.
     */
    public void leaveOut() {
        if (window == null && batches > 0) {
            leftover = Leftover.NONE;
            pass();
        }
    }

    /** Copies the next batch, [batch, width]; {@link #ready} must have said yes. */
    public void next(float[] target) {
        Window current = current();
        for (int i = 0; i < batch; i++) {
            int row = current.at(batches * batch + i);
            current.copy(row, width, target, i);
            coverage.mark(current.index(row));
            documents[i] = current.document(row);
        }
        pairs = pairs.batch(documents);
        batches++;
    }

    /** Rows of the open window in shuffled order, at most {@code most}, [_, width]; {@link #ready} must have said yes. */
    public float[] sample(int most) {
        Window current = current();
        int rows = Math.min(most, current.count());
        float[] sample = new float[Math.multiplyExact(rows, width)];
        for (int i = 0; i < rows; i++) {
            current.copy(current.at(i), width, sample, i);
        }
        return sample;
    }

    private Window current() {
        Window current = window;
        if (current == null) {
            throw new IllegalStateException("no window is open");
        }
        return current;
    }

    private record Found(int slot, ShardSource.Written written) {}

    /** Opens the window that starts at {@link #slot}, or returns null when a shard is missing. */
    private @Nullable Window open() {
        List<Found> shards = new ArrayList<>();
        long rows = 0;
        int end = slot;
        for (; end < order.size() && rows < windowRows; end++) {
            Optional<ShardSource.Written> shard = source.find(order.at(end));
            if (shard.isEmpty()) {
                return null;
            }
            if (shard.get().counts()) {
                checkWidth(shard.get());
                shards.add(new Found(end, shard.get()));
                rows += shard.get().rows();
            }
        }
        if (end == order.size() && firstRow + rows == 0) {
            throw new FieldProblem("jobs", null, "at least one captured row at the hook, in the arms chosen");
        }
        nextSlot = end;
        nextRow = firstRow + rows;
        List<Window.Slice> slices = open(shards);
        if (epoch == 0 && firstRow == pairs.rows()) {
            for (Window.Slice slice : slices) {
                pairs = pairs.read(slice.document());
            }
        }
        return new Window(
                leftover, slices, epoch == 0 ? firstRow : Coverage.UNTRACKED, Window.key(seed, epoch, windowIndex));
    }

    private List<Window.Slice> open(List<Found> shards) {
        List<Window.Slice> slices = new ArrayList<>();
        try {
            for (Found shard : shards) {
                SliceRows rows = source.open(order.at(shard.slot()), shard.written());
                slices.add(new Window.Slice(shard.slot(), rows, rows.columns().document()));
            }
            return slices;
        } catch (RuntimeException e) {
            slices.forEach(slice -> slice.rows().close());
            throw e;
        }
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
        leftover = finished.rest(batches * batch, width);
        finished.close();
        pass();
    }

    /** Moves on to the window behind the one that was open. */
    private void pass() {
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

    /** Places of the order that windows of the first epoch were made of so far; all of them later on. */
    public int reached() {
        return epoch > 0 ? order.size() : window == null ? slot : nextSlot;
    }

    public Coverage coverage() {
        return coverage;
    }

    /** How often two rows of a document met in a batch so far. */
    public PairCounts.Rate sameDocument() {
        return pairs.rate(batch);
    }

    /** Passes over all shards completed. */
    public int epoch() {
        return epoch;
    }

    public StreamState snapshot() {
        return new StreamState(epoch, windowIndex, slot, firstRow, batches, leftover, coverage.bitmap(), pairs);
    }

    @Override
    public void close() {
        if (window != null) {
            window.close();
            window = null;
        }
    }
}
