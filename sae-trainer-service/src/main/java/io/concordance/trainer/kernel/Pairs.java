package io.concordance.trainer.kernel;

/**
 * Selected (row, feature) pairs of a step in structure-of-arrays form. Auxiliary pairs stand behind the main ones and
 * carry {@code row + batch}, so that one counting sort and one gradient pass serve both.
 *
 * <p>Not a value: {@link StepKernels#pairs} hands out live arrays, of which the first {@link #count} entries hold.
 */
public final class Pairs {
    private int[] rows = new int[0];
    private int[] features = new int[0];
    private float[] activations = new float[0];
    private float[] deltas = new float[0];
    private int main;
    private int count;

    /** All pairs, main and auxiliary. */
    public int count() {
        return count;
    }

    /** Main pairs; they come first. */
    public int main() {
        return main;
    }

    /** Row of each pair; {@code row + batch} for an auxiliary one. */
    public int[] rows() {
        return rows;
    }

    public int[] features() {
        return features;
    }

    /** z of each pair; 0 for one that only its threshold learns from. */
    public float[] activations() {
        return activations;
    }

    /** dL/dz of each pair, filled by the decode phases. */
    public float[] deltas() {
        return deltas;
    }

    void clear() {
        main = 0;
        count = 0;
    }

    void ensure(int capacity) {
        if (rows.length < capacity) {
            int grown = Math.max(capacity, rows.length + rows.length / 2);
            rows = java.util.Arrays.copyOf(rows, grown);
            features = java.util.Arrays.copyOf(features, grown);
            activations = java.util.Arrays.copyOf(activations, grown);
            deltas = java.util.Arrays.copyOf(deltas, grown);
        }
    }

    void add(int row, int feature, float activation) {
        ensure(count + 1);
        set(count++, row, feature, activation);
    }

    void set(int at, int row, int feature, float activation) {
        rows[at] = row;
        features[at] = feature;
        activations[at] = activation;
    }

    /** Declares that entries up to {@code end} are set. */
    void end(int end) {
        count = end;
    }

    /** Counts and sums the pairs from {@code first} on: each row's in their order, then the rows in theirs. */
    Selected selected(int first, double threshold) {
        long active = 0;
        double sum = 0;
        double rowSum = 0;
        for (int i = first; i < count; i++) {
            if (i > first && rows[i] != rows[i - 1]) {
                sum += rowSum;
                rowSum = 0;
            }
            if (activations[i] > 0) {
                active++;
                rowSum += activations[i];
            }
        }
        return new Selected(active, threshold, sum + rowSum);
    }

    /** Declares that everything added so far is a main pair. */
    void endMain() {
        main = count;
    }
}
