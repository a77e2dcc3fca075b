package io.concordance.registry.incident;

import io.concordance.contracts.incident.IncidentSnapshot;
import io.concordance.contracts.shard.Shard;
import org.jspecify.annotations.Nullable;

/**
 * A session read again by the unmodified model, held against what the monitor saw. At a token the difference is the largest
 * of its values, as a share of the larger of 1 and the token's largest value in the snapshot.
 *
 * @param job the capture job
 * @param tokens of the snapshot
 * @param captured tokens of the replay
 * @param differentToken index of the first token that differs, or that only one side has; null when all are the same
 * @param maxDifference the largest difference of a value; null when the tokens differ, and activations say nothing, or
 *     when a value of the replay is not finite
 * @param relative the largest difference of a token as said above, likewise
 * @param atToken where that is, or the value that is not finite; null when the tokens differ
 * @param tolerance what {@code relative} may be
 */
record Replay(
        String job,
        boolean equal,
        int tokens,
        int captured,
        @Nullable Integer differentToken,
        @Nullable Double maxDifference,
        @Nullable Double relative,
        @Nullable Integer atToken,
        double tolerance) {
    static final double TOLERANCE = 1e-4;

    /** @param shard rows of the one transcript, in order */
    static Replay compare(String job, IncidentSnapshot snapshot, Shard shard) {
        int[] expected = snapshot.tokens();
        int[] found = shard.tokens();
        int same = 0;
        while (same < Math.min(expected.length, found.length) && expected[same] == found[same]) {
            same++;
        }
        if (same < Math.max(expected.length, found.length) || shard.width() != snapshot.width()) {
            return new Replay(job, false, expected.length, found.length, same, null, null, null, TOLERANCE);
        }
        float[] row = new float[snapshot.width()];
        double largest = 0;
        double relative = -1;
        int at = 0;
        for (int token = 0; token < expected.length; token++) {
            shard.activations(token, 1, row, 0);
            double difference = 0;
            double scale = 1;
            for (int i = 0; i < row.length; i++) {
                float saw = snapshot.activations()[token * row.length + i];
                difference = Math.max(difference, Math.abs((double) saw - row[i]));
                scale = Math.max(scale, Math.abs(saw));
            }
            if (!Double.isFinite(difference)) {
                return new Replay(job, false, expected.length, found.length, null, null, null, token, TOLERANCE);
            }
            largest = Math.max(largest, difference);
            if (difference / scale > relative) {
                relative = difference / scale;
                at = token;
            }
        }
        return new Replay(
                job, relative <= TOLERANCE, expected.length, found.length, null, largest, relative, at, TOLERANCE);
    }
}
