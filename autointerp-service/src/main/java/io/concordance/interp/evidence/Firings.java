package io.concordance.interp.evidence;

import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;

/**
 * What fired in one shard, sparse: first in row order as the encoder reports it, then also by feature. Reused from shard
 * to shard. Not thread-safe.
 */
final class Firings implements SparseEncoder.Sink {
    private int[] rows = new int[1 << 12];
    private int[] features = new int[1 << 12];
    private float[] values = new float[1 << 12];
    private int size;
    private int firstRow;

    /** Postings {@code [start[j], start[j + 1])} are the firings of feature j in row order. */
    private int[] start = new int[0];

    private int[] postingRows = new int[0];
    private float[] postingValues = new float[0];
    private int[] rowStart = new int[0];

    void clear() {
        size = 0;
        firstRow = 0;
    }

    /** How often anything has fired so far. */
    int size() {
        return size;
    }

    /** Row of a firing, in the order in which they came; likewise the feature and the value. */
    int rowAt(int firing) {
        return rows[firing];
    }

    int featureAt(int firing) {
        return features[firing];
    }

    float valueAt(int firing) {
        return values[firing];
    }

    /** Rows of the next encoded block count from here. */
    void startBlock(int row) {
        firstRow = row;
    }

    @Override
    public void fire(int row, int feature, float value) {
        if (!Float.isFinite(value)) {
            throw new FieldProblem(
                    "activation[" + (firstRow + row) + "]", value + " at feature " + feature, "a finite encoding");
        }
        if (size == rows.length) {
            int capacity = Math.multiplyExact(size, 2);
            rows = Arrays.copyOf(rows, capacity);
            features = Arrays.copyOf(features, capacity);
            values = Arrays.copyOf(values, capacity);
        }
        rows[size] = firstRow + row;
        features[size] = feature;
        values[size] = value;
        size++;
    }

    /** Sorts by feature, keeping row order within a feature. */
    void index(int featureCount, int rowCount) {
        start = new int[featureCount + 1];
        rowStart = new int[rowCount + 1];
        for (int i = 0; i < size; i++) {
            start[features[i] + 1]++;
            rowStart[rows[i] + 1]++;
        }
        for (int j = 0; j < featureCount; j++) {
            start[j + 1] += start[j];
        }
        for (int r = 0; r < rowCount; r++) {
            rowStart[r + 1] += rowStart[r];
        }
        if (postingRows.length < size) {
            postingRows = new int[rows.length];
            postingValues = new float[rows.length];
        }
        int[] next = Arrays.copyOf(start, featureCount);
        for (int i = 0; i < size; i++) {
            int posting = next[features[i]]++;
            postingRows[posting] = rows[i];
            postingValues[posting] = values[i];
        }
    }

    int from(int feature) {
        return start[feature];
    }

    int to(int feature) {
        return start[feature + 1];
    }

    int row(int posting) {
        return postingRows[posting];
    }

    float value(int posting) {
        return postingValues[posting];
    }

    /** Features that fired on a row, ascending. */
    int[] firedOn(int row) {
        return Arrays.copyOfRange(features, rowStart[row], rowStart[row + 1]);
    }

    /** A feature's activations over rows {@code [from, to)}; {@code posting} is one of its postings in there. */
    float[] window(int feature, int posting, int from, int to) {
        float[] window = new float[to - from];
        for (int p = posting; p >= from(feature) && row(p) >= from; p--) {
            window[row(p) - from] = value(p);
        }
        for (int p = posting + 1; p < to(feature) && row(p) < to; p++) {
            window[row(p) - from] = value(p);
        }
        return window;
    }
}
