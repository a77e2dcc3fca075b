package io.concordance.trainer.identity;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.SparseEncoder;
import java.util.Arrays;

/** Which features of a dictionary fire on which of some rows, by feature and by row; both ascending. */
final class FiredRows {
    private final int[] byFeature;
    private final int[] rows;
    private final int[] byRow;
    private final int[] features;

    private FiredRows(int[] byFeature, int[] rows, int[] byRow, int[] features) {
        this.byFeature = byFeature;
        this.rows = rows;
        this.byRow = byRow;
        this.features = features;
    }

    /** @param activations {@code [count, width]} */
    static FiredRows of(Dictionary dictionary, float[] activations, int count) {
        Fired fired = new Fired(dictionary.features(), count);
        new SparseEncoder(dictionary).encode(activations, count, fired);
        return fired.sorted();
    }

    /** On how many rows a feature fires. */
    int firings(int feature) {
        return byFeature[feature + 1] - byFeature[feature];
    }

    /** Rows on which a feature fires. */
    int[] rows(int feature) {
        return Arrays.copyOfRange(rows, byFeature[feature], byFeature[feature + 1]);
    }

    /** Features that fire on a row. */
    int[] features(int row) {
        return Arrays.copyOfRange(features, byRow[row], byRow[row + 1]);
    }

    /** Rows on which a feature and one of another dictionary's both fire. */
    int both(int feature, FiredRows other, int otherFeature) {
        int both = 0;
        int j = other.byFeature[otherFeature];
        int end = other.byFeature[otherFeature + 1];
        for (int i = byFeature[feature]; i < byFeature[feature + 1] && j < end; i++) {
            while (j < end && other.rows[j] < rows[i]) {
                j++;
            }
            both += j < end && other.rows[j] == rows[i] ? 1 : 0;
        }
        return both;
    }

    private static final class Fired implements SparseEncoder.Sink {
        private final int[] byFeature;
        private final int[] byRow;
        private int[] features = new int[1 << 12];
        private int size;

        Fired(int features, int rows) {
            this.byFeature = new int[features + 1];
            this.byRow = new int[rows + 1];
        }

        @Override
        public void fire(int row, int feature, float value) {
            if (size == features.length) {
                features = Arrays.copyOf(features, 2 * size);
            }
            features[size++] = feature;
            byRow[row + 1] = size;
            byFeature[feature + 1]++;
        }

        FiredRows sorted() {
            for (int row = 1; row < byRow.length; row++) {
                byRow[row] = Math.max(byRow[row], byRow[row - 1]);
            }
            Arrays.parallelPrefix(byFeature, Integer::sum);
            int[] next = byFeature.clone();
            int[] rows = new int[size];
            for (int row = 0; row < byRow.length - 1; row++) {
                for (int i = byRow[row]; i < byRow[row + 1]; i++) {
                    rows[next[features[i]]++] = row;
                }
            }
            return new FiredRows(byFeature, rows, byRow, Arrays.copyOf(features, size));
        }
    }
}
