package io.concordance.trainer.stream;

import io.concordance.contracts.dictionary.PositionOffsets;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.statistics.ExplainedVariance;
import io.concordance.contracts.statistics.MomentsByGroup;
import java.util.Optional;

/**
 * The mean row at each token position (Song and Zhong 2023), over a number of rows in canonical order, and how much of the
 * variance position explains. Sums are in double precision, row after row, so that the same rows give the same bits.
 * Positions past the last that is kept count as that one.
 */
public final class PositionMeans {
    private static final int MAX_POSITIONS = 4096;
    private static final int MAX_SUMS = 1 << 22;
    /** A mean of fewer rows says more about them than about their position. */
    private static final int MIN_ROWS = 64;

    private final ShardOrder order;
    private final ShardSource source;
    private final int width;
    private final long wanted;
    private final MomentsByGroup moments;
    private int slot;
    private long rows;

    /** How far {@link #advance} came. */
    public enum Progress {
        /** The next slice has not been written. */
        STARVED,
        /** A slice was read. */
        READ,
        DONE
    }

    /** @param wanted rows to look at, or a few more: slices are read whole */
    public PositionMeans(ShardOrder order, ShardSource source, int width, long wanted) {
        this.order = order;
        this.source = source;
        this.width = width;
        this.wanted = wanted;
        this.moments = new MomentsByGroup(Math.clamp(MAX_SUMS / width, 1, MAX_POSITIONS), width);
    }

    /** Reads the next slice. */
    public Progress advance() {
        if (slot == order.size() || rows >= wanted) {
            return Progress.DONE;
        }
        Optional<ShardSource.Written> found = source.find(order.at(slot));
        if (found.isEmpty()) {
            return Progress.STARVED;
        }
        if (found.get().counts()) {
            if (found.get().width() != width) {
                throw new FieldProblem(
                        "jobs", found.get().width() + " values a row", width + ", as in the first shard");
            }
            try (SliceRows slice = source.open(order.at(slot), found.get())) {
                read(slice);
            }
        }
        slot++;
        return Progress.READ;
    }

    private void read(SliceRows slice) {
        int[] position = slice.columns().position();
        float[] row = new float[width];
        for (int r = 0; r < position.length; r++) {
            if (position[r] < 0) {
                throw new FieldProblem("position[" + r + "]", position[r], "0 or more");
            }
            slice.copy(r, row, 0);
            moments.add(Math.min(position[r], moments.groups() - 1), row, 0);
        }
        rows += position.length;
    }

    public ExplainedVariance explained() {
        return moments.explained();
    }

    /**
     * Offsets of the positions from the first on that have 64 rows each; the last one stands for the rest, together 64
     * rows too.
     */
    public PositionOffsets offsets() {
        int positions = positions();
        double[] mean = new double[width];
        for (int c = 0; c < width; c++) {
            for (int p = 0; p < moments.groups(); p++) {
                mean[c] += moments.sum(p, c);
            }
            mean[c] /= Math.max(1, moments.rows());
        }
        float[] offsets = new float[Math.multiplyExact(positions, width)];
        for (int p = 0; p < positions; p++) {
            int end = p == positions - 1 ? moments.groups() : p + 1;
            long count = rows(p, end);
            for (int c = 0; c < width && count > 0; c++) {
                double sum = 0;
                for (int q = p; q < end; q++) {
                    sum += moments.sum(q, c);
                }
                offsets[p * width + c] = (float) (sum / count - mean[c]);
            }
        }
        return new PositionOffsets(positions, width, offsets);
    }

    private int positions() {
        int enough = 0;
        while (enough < moments.groups() && moments.rows(enough) >= MIN_ROWS) {
            enough++;
        }
        boolean rest = enough < moments.groups() && rows(enough, moments.groups()) >= MIN_ROWS;
        return Math.max(1, rest ? enough + 1 : enough);
    }

    private long rows(int from, int to) {
        long count = 0;
        for (int p = from; p < to; p++) {
            count += moments.rows(p);
        }
        return count;
    }
}
