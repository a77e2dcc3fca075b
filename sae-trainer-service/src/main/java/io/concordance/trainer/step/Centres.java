package io.concordance.trainer.step;

/** Robust centre and scale of activation rows. */
final class Centres {
    private static final int MAX_ITERATIONS = 100;
    private static final double TOLERANCE = 1e-6;
    private static final double NEAREST = 1e-6;

    private Centres() {}

    /**
     * The point with the least sum of distances to the rows, by Weiszfeld's iteration (1937) from the mean.
     *
     * @param rows [count, width]
     */
    static float[] geometricMedian(float[] rows, int count, int width) {
        double[] centre = new double[width];
        double[] next = new double[width];
        weighted(rows, count, width, centre, next, true);
        double[] swap = centre;
        centre = next;
        next = swap;
        double before = Double.POSITIVE_INFINITY;
        for (int i = 0; i < MAX_ITERATIONS; i++) {
            double distance = weighted(rows, count, width, centre, next, false);
            swap = centre;
            centre = next;
            next = swap;
            if (Math.abs(before - distance) <= TOLERANCE * distance) {
                break;
            }
            before = distance;
        }
        float[] median = new float[width];
        for (int c = 0; c < width; c++) {
            median[c] = (float) centre[c];
        }
        return median;
    }

    /** Writes the mean of rows, weighted by inverse distance to {@code centre} or alike; returns the sum of distances. */
    private static double weighted(float[] rows, int count, int width, double[] centre, double[] out, boolean alike) {
        java.util.Arrays.fill(out, 0);
        double weights = 0;
        double distances = 0;
        for (int r = 0; r < count; r++) {
            int at = r * width;
            double weight = 1;
            if (!alike) {
                double squares = 0;
                for (int c = 0; c < width; c++) {
                    double difference = rows[at + c] - centre[c];
                    squares += difference * difference;
                }
                double distance = Math.sqrt(squares);
                distances += distance;
                weight = 1 / Math.max(distance, NEAREST);
            }
            for (int c = 0; c < width; c++) {
                out[c] += weight * rows[at + c];
            }
            weights += weight;
        }
        for (int c = 0; c < width; c++) {
            out[c] /= weights;
        }
        return distances;
    }

    /** The factor that gives rows a mean square norm of {@code width}: one a coordinate. 1 for rows of zeros. */
    static float unitScale(float[] rows, int count, int width) {
        double squares = 0;
        for (int i = 0; i < count * width; i++) {
            squares += (double) rows[i] * rows[i];
        }
        return squares > 0 ? (float) Math.sqrt((double) count * width / squares) : 1;
    }
}
