package io.concordance.trainer.kernel;

import java.util.Arrays;

/** The pairs of a step by feature: a stable counting sort, so that rows ascend inside a feature. */
final class FeatureGroups {
    /** Pairs of feature f stand at start[f] .. start[f + 1]. */
    final int[] start;

    /** Row of {@link StepBuffers#output} each pair reads. */
    int[] rows = new int[0];
    /** Row of the batch each pair reads. */
    int[] sources = new int[0];

    /** Smallest of {@link #rows} that belongs to an auxiliary pair. */
    int firstAuxiliary;

    float[] activations = new float[0];
    float[] deltas = new float[0];
    private final int[] cursor;
    private final int[] active;
    private final int[] slot;
    private final int batch;

    FeatureGroups(int features, int batch) {
        this.batch = batch;
        start = new int[features + 1];
        cursor = new int[features];
        active = new int[features];
        slot = new int[features];
    }

    /** Returns the number of rows that every feature is active on, in an array that the next call reuses. */
    int[] group(Pairs pairs, Objective objective) {
        int features = cursor.length;
        int[] featureOf = pairs.features();
        Arrays.fill(active, 0);
        Arrays.fill(cursor, 0);
        for (int i = 0; i < pairs.count(); i++) {
            cursor[featureOf[i]]++;
            if (i < pairs.main() && pairs.activations()[i] > 0) {
                active[featureOf[i]]++;
            }
        }
        int sum = 0;
        for (int f = 0; f < features; f++) {
            start[f] = sum;
            sum += cursor[f];
            cursor[f] = start[f];
        }
        start[features] = sum;
        ensure(sum);
        name(objective);
        firstAuxiliary = objective.count() * batch;
        int auxiliary = firstAuxiliary - batch;
        for (int i = 0; i < pairs.count(); i++) {
            int feature = featureOf[i];
            int to = cursor[feature]++;
            int row = pairs.rows()[i];
            rows[to] = row < batch ? row + slot[feature] * batch : row + auxiliary;
            sources[to] = row < batch ? row : row - batch;
            activations[to] = pairs.activations()[i];
            deltas[to] = pairs.deltas()[i];
        }
        return active;
    }

    /** slot[f] = the first prefix that holds feature f. */
    private void name(Objective objective) {
        int prefix = 0;
        for (int f = 0; f < slot.length; f++) {
            while (prefix < objective.count() - 1 && f >= objective.end(prefix)) {
                prefix++;
            }
            slot[f] = prefix;
        }
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
