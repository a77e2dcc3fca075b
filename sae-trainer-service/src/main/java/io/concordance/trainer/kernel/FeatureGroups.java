package io.concordance.trainer.kernel;

import java.util.Arrays;

/** The pairs of a step by feature: a stable counting sort, so that rows ascend inside a feature. */
final class FeatureGroups {
    /** Pairs of feature f stand at start[f] .. start[f + 1]. */
    final int[] start;

    int[] rows = new int[0];
    /** Row of the batch each pair reads: {@link #rows} without the offset of auxiliary pairs. */
    int[] sources = new int[0];

    float[] activations = new float[0];
    float[] deltas = new float[0];
    private final int[] cursor;
    private final int batch;

    FeatureGroups(int features, int batch) {
        this.batch = batch;
        start = new int[features + 1];
        cursor = new int[features];
    }

    /** Returns the number of main pairs of every feature. */
    int[] group(Pairs pairs) {
        int features = cursor.length;
        int[] main = new int[features];
        int[] featureOf = pairs.features();
        for (int i = 0; i < pairs.main(); i++) {
            main[featureOf[i]]++;
        }
        System.arraycopy(main, 0, cursor, 0, features);
        for (int i = pairs.main(); i < pairs.count(); i++) {
            cursor[featureOf[i]]++;
        }
        int sum = 0;
        for (int f = 0; f < features; f++) {
            start[f] = sum;
            sum += cursor[f];
            cursor[f] = start[f];
        }
        start[features] = sum;
        ensure(sum);
        for (int i = 0; i < pairs.count(); i++) {
            int to = cursor[featureOf[i]]++;
            int row = pairs.rows()[i];
            rows[to] = row;
            sources[to] = row < batch ? row : row - batch;
            activations[to] = pairs.activations()[i];
            deltas[to] = pairs.deltas()[i];
        }
        return main;
    }

    private void ensure(int capacity) {
        if (rows.length < capacity) {
            rows = Arrays.copyOf(rows, capacity + capacity / 4);
            sources = Arrays.copyOf(sources, rows.length);
            activations = Arrays.copyOf(activations, rows.length);
            deltas = Arrays.copyOf(deltas, rows.length);
        }
    }
}
