package io.concordance.interp.probe;

import io.concordance.contracts.digest.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A direction of length 1; its value on a row x is {@code unit · (x - centre)}, so that ok rows are 0 on average.
 *
 * @param unit {@code [d]}
 * @param centre {@code [d]}, mean of the ok rows
 */
@SuppressWarnings("ArrayRecordComponent") // held, never compared
record Direction(double[] unit, double[] centre) {
    private static final double LEAST_SPREAD = 1e-6;

    /** @throws ArithmeticException when the vector has no direction */
    private static Direction of(double[] vector, double[] centre) {
        double squares = 0;
        for (double v : vector) {
            squares += v * v;
        }
        double norm = Math.sqrt(squares);
        if (!(norm > 0) || !Double.isFinite(norm)) {
            throw new ArithmeticException("a vector of norm " + norm + " has no direction");
        }
        double[] unit = new double[vector.length];
        for (int k = 0; k < unit.length; k++) {
            unit[k] = vector[k] / norm;
        }
        return new Direction(unit, centre);
    }

    static Direction massMean(RowSample bad, RowSample ok) {
        return of(difference(bad, ok), ok.mean());
    }

    static Direction logistic(RowSample bad, RowSample ok) {
        int d = ok.mean().length;
        List<float[]> badRows = bad.rows();
        List<float[]> okRows = ok.rows();
        double[] mean = new double[d];
        double[] spread = spread(badRows, okRows, mean);
        int n = badRows.size() + okRows.size();
        float[] x = new float[n * d];
        boolean[] isBad = new boolean[n];
        for (int i = 0; i < n; i++) {
            isBad[i] = i < badRows.size();
            float[] row = isBad[i] ? badRows.get(i) : okRows.get(i - badRows.size());
            for (int k = 0; k < d; k++) {
                x[i * d + k] = (float) ((row[k] - mean[k]) / spread[k]);
            }
        }
        double[] theta = new LogisticFit(x, isBad, d).run();
        double[] vector = new double[d];
        for (int k = 0; k < d; k++) {
            vector[k] = theta[k] / spread[k];
        }
        return of(vector, ok.mean());
    }

    static Direction random(RowSample bad, RowSample ok, String name) {
        double[] between = difference(bad, ok);
        int d = between.length;
        double[] spread = spread(bad.rows(), ok.rows(), new double[d]);
        byte[] hash = Digests.newDigest().digest(name.getBytes(StandardCharsets.UTF_8));
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom")
                .create(ByteBuffer.wrap(hash).getLong());
        double[] vector = new double[d];
        double along = 0;
        for (int k = 0; k < d; k++) {
            vector[k] = random.nextGaussian() / spread[k];
            along += vector[k] * between[k];
        }
        for (int k = 0; k < d && along < 0; k++) {
            vector[k] = -vector[k];
        }
        return of(vector, ok.mean());
    }

    private static double[] difference(RowSample bad, RowSample ok) {
        double[] difference = bad.mean();
        double[] from = ok.mean();
        for (int k = 0; k < difference.length; k++) {
            difference[k] -= from[k];
        }
        return difference;
    }

    /** Standard deviation of each value, both classes weighing the same; fills their mean. A constant one counts as 1. */
    private static double[] spread(List<float[]> bad, List<float[]> ok, double[] mean) {
        double[] squares = new double[mean.length];
        for (List<float[]> rows : List.of(bad, ok)) {
            for (float[] row : rows) {
                for (int k = 0; k < mean.length; k++) {
                    mean[k] += 0.5 * row[k] / rows.size();
                }
            }
        }
        for (List<float[]> rows : List.of(bad, ok)) {
            for (float[] row : rows) {
                for (int k = 0; k < mean.length; k++) {
                    double from = row[k] - mean[k];
                    squares[k] += 0.5 * from * from / rows.size();
                }
            }
        }
        double[] spread = new double[mean.length];
        for (int k = 0; k < spread.length; k++) {
            double s = Math.sqrt(squares[k]);
            spread[k] = s > LEAST_SPREAD ? s : 1;
        }
        return spread;
    }
}
