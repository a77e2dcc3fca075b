package io.concordance.bench;

import io.concordance.trainer.step.KeyedRandom;

/**
 * Rows that are sums of a few unit directions with positive weights, drawn by a power law, and a little noise; mean square
 * 1 a coordinate over what is drawn at once.
 */
public final class PlantedRows {
    private static final double NOISE = 0.1;

    private final int width;
    private final int active;
    private final long seed;
    private final float[] directions;

    /** @param active directions in a row */
    public PlantedRows(int width, int directions, int active, long seed) {
        this.width = width;
        this.active = active;
        this.seed = seed;
        this.directions = units(directions, width, KeyedRandom.hash(seed, 1));
    }

    /** What the rows are made of, [directions, width]. */
    public float[] directions() {
        return directions;
    }

    /** Share of a row's draws that fall on this direction: u^2 of a uniform u, cut into equal pieces. */
    public double frequency(int direction) {
        double count = (double) directions.length / width;
        return Math.sqrt((direction + 1) / count) - Math.sqrt(direction / count);
    }

    /** [batches, batch x width]. */
    public float[][] batches(int batches, int batch) {
        float[][] rows = new float[batches][batch * width];
        double squares = 0;
        for (int b = 0; b < batches; b++) {
            for (int r = 0; r < batch; r++) {
                fill(rows[b], b, r);
            }
            for (float v : rows[b]) {
                squares += (double) v * v;
            }
        }
        float scale = (float) Math.sqrt((double) batches * batch * width / squares);
        for (float[] values : rows) {
            for (int i = 0; i < values.length; i++) {
                values[i] *= scale;
            }
        }
        return rows;
    }

    private void fill(float[] rows, int b, int r) {
        int count = directions.length / width;
        long key = KeyedRandom.hash(seed, 3, b, r);
        for (int a = 0; a < active; a++) {
            double uniform = (KeyedRandom.mix(key + 2L * a) >>> 11) * 0x1p-53;
            int direction = (int) (count * uniform * uniform);
            float weight = (float) (0.5 + Math.abs(KeyedRandom.gaussian(key, a)));
            for (int c = 0; c < width; c++) {
                rows[r * width + c] += weight * directions[direction * width + c];
            }
        }
        for (int c = 0; c < width; c++) {
            rows[r * width + c] += (float) (NOISE * KeyedRandom.gaussian(key, active + c));
        }
    }

    /** Random unit vectors, [count, width]. */
    public static float[] units(int count, int width, long key) {
        float[] vectors = new float[count * width];
        for (int v = 0; v < count; v++) {
            double squares = 0;
            for (int c = 0; c < width; c++) {
                float value = (float) KeyedRandom.gaussian(key, (long) v * width + c);
                vectors[v * width + c] = value;
                squares += (double) value * value;
            }
            for (int c = 0; c < width; c++) {
                vectors[v * width + c] /= (float) Math.sqrt(squares);
            }
        }
        return vectors;
    }
}
