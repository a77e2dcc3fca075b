package io.concordance.trainer.step;

import java.util.Random;

/** Rows made of a few of many planted unit directions, plus noise and an offset: what a dictionary should find. */
public final class SparseData {
    public final int width;
    public final int directions;
    private final float[] planted;
    private final float[] offset;
    private final int active;

    public SparseData(int width, int directions, int active, long seed) {
        this.width = width;
        this.directions = directions;
        this.active = active;
        Random random = new Random(seed);
        planted = new float[directions * width];
        for (int f = 0; f < directions; f++) {
            double squares = 0;
            double[] row = new double[width];
            for (int c = 0; c < width; c++) {
                row[c] = random.nextGaussian();
                squares += row[c] * row[c];
            }
            for (int c = 0; c < width; c++) {
                planted[f * width + c] = (float) (row[c] / Math.sqrt(squares));
            }
        }
        offset = new float[width];
        for (int c = 0; c < width; c++) {
            offset[c] = (float) (0.3 * random.nextGaussian());
        }
    }

    public float[] rows(int count, long seed) {
        Random random = new Random(seed);
        float[] rows = new float[count * width];
        for (int r = 0; r < count; r++) {
            for (int c = 0; c < width; c++) {
                rows[r * width + c] = offset[c] + (float) (0.02 * random.nextGaussian());
            }
            for (int a = 0; a < active; a++) {
                int f = random.nextInt(directions);
                float z = 1 + random.nextFloat();
                for (int c = 0; c < width; c++) {
                    rows[r * width + c] += z * planted[f * width + c];
                }
            }
        }
        return rows;
    }

    /** Mean over planted directions of the best cosine with any unit decoder row, [features, width]. */
    public double recovery(float[] decoder) {
        double sum = 0;
        for (int p = 0; p < directions; p++) {
            double best = -1;
            for (int f = 0; f < decoder.length / width; f++) {
                double cosine = 0;
                for (int c = 0; c < width; c++) {
                    cosine += planted[p * width + c] * decoder[f * width + c];
                }
                best = Math.max(best, cosine);
            }
            sum += best;
        }
        return sum / directions;
    }
}
