package io.concordance.contracts.statistics;

/**
 * Rows, sums and sum of squares of a vector by group, such as an activation by token position. Two of them merge into what
 * their rows together would have given, but for rounding; the same rows in the same order give the same bits. Not
 * thread-safe.
 */
public final class MomentsByGroup {
    private final int width;
    private final long[] rows;
    private final double[] sums;
    private double squares;

    /**
     * @param groups number of groups
     * @param width values a row; 1 for a scalar
     */
    public MomentsByGroup(int groups, int width) {
        if (groups < 1 || width < 1) {
            throw new IllegalArgumentException(groups + " groups of width " + width);
        }
        this.width = width;
        this.rows = new long[groups];
        this.sums = new double[Math.multiplyExact(groups, width)];
    }

    /** Adds the row {@code values[offset, offset + width)}. */
    public void add(int group, float[] values, int offset) {
        rows[group]++;
        int at = group * width;
        double more = 0;
        for (int i = 0; i < width; i++) {
            double value = values[offset + i];
            sums[at + i] += value;
            more += value * value;
        }
        squares += more;
    }

    /** Adds the rows of another one with the same groups and width. */
    public void add(MomentsByGroup other) {
        if (other.rows.length != rows.length || other.width != width) {
            throw new IllegalArgumentException(
                    other.rows.length + " groups of width " + other.width + ", not " + rows.length + " of " + width);
        }
        for (int g = 0; g < rows.length; g++) {
            rows[g] += other.rows[g];
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] += other.sums[i];
        }
        squares += other.squares;
    }

    public int groups() {
        return rows.length;
    }

    public int width() {
        return width;
    }

    public long rows(int group) {
        return rows[group];
    }

    /** Rows of all groups. */
    public long rows() {
        long all = 0;
        for (long some : rows) {
            all += some;
        }
        return all;
    }

    public double sum(int group, int column) {
        return sums[group * width + column];
    }

    /** How much of the variance the group explains. */
    public ExplainedVariance explained() {
        return ExplainedVariance.of(rows, sums, width, squares);
    }
}
