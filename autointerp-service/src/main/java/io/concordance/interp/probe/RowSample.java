package io.concordance.interp.probe;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Rows of one class: the exact mean of all of them, and a sample of bounded size that does not depend on the order they
 * came in, those of the lowest priorities.
 */
final class RowSample {
    private final int most;
    private final double[] sum;
    private final PriorityQueue<Kept> kept = new PriorityQueue<>(Kept.ORDER.reversed());
    private long count;

    @SuppressWarnings("ArrayRecordComponent") // held, never compared
    private record Kept(long priority, long document, int position, float[] row) {
        static final Comparator<Kept> ORDER = Comparator.comparingLong(Kept::priority)
                .thenComparingLong(Kept::document)
                .thenComparingInt(Kept::position);
    }

    /** @param most rows that are kept */
    RowSample(int d, int most) {
        this.most = most;
        this.sum = new double[d];
    }

    /** Takes row {@code [from, from + d)} of {@code values}. */
    void add(float[] values, int from, long priority, long document, int position) {
        count++;
        for (int k = 0; k < sum.length; k++) {
            sum[k] += values[from + k];
        }
        if (kept.size() == most && priority > kept.element().priority()) {
            return;
        }
        float[] row = Arrays.copyOfRange(values, from, from + sum.length);
        kept.add(new Kept(priority, document, position, row));
        if (kept.size() > most) {
            kept.remove();
        }
    }

    long count() {
        return count;
    }

    /** Size of the sample. */
    int kept() {
        return kept.size();
    }

    /** {@code [d]}, over all rows; NaN without any. */
    double[] mean() {
        double[] mean = sum.clone();
        for (int k = 0; k < mean.length; k++) {
            mean[k] /= count;
        }
        return mean;
    }

    /** The sample, in order of priority. */
    List<float[]> rows() {
        return kept.stream().sorted(Kept.ORDER).map(Kept::row).toList();
    }
}
