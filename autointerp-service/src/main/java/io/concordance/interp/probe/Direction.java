package io.concordance.interp.probe;

import io.concordance.contracts.digest.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A direction of length 1; its value on a row x is {@code unit · (x - centre)}, so that ok rows are 0 on average.
 *
 * @param unit {@code [d]}
 * @param centre {@code [d]}, mean of the ok rows, each sample weighing the same
 * @param boundary value above which a row is rather bad: where the logistic fit has even odds, half way between the means
 *     of the classes otherwise
 */
@SuppressWarnings("ArrayRecordComponent") // held, never compared
record Direction(double[] unit, double[] centre, double boundary) {
    private static final double LEAST_SPREAD = 1e-6;

    /** @throws ArithmeticException when the vector has no direction */
    private static Direction of(double[] vector, double[] centre, double[] evenOdds) {
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
        return new Direction(unit, centre, value(unit, centre, evenOdds));
    }

    private static double value(double[] unit, double[] centre, double[] row) {
        double value = 0;
        for (int k = 0; k < unit.length; k++) {
            value += unit[k] * (row[k] - centre[k]);
        }
        return value;
    }

    /** The value on a row of {@code values} that begins at {@code from}. */
    double value(float[] values, int from) {
        double value = 0;
        for (int k = 0; k < unit.length; k++) {
            value += unit[k] * (values[from + k] - centre[k]);
        }
        return value;
    }

    /** From the mean of the ok rows to that of the bad ones. */
    static Direction massMean(RowSample bad, List<RowSample> ok) {
        return of(difference(bad, ok), mean(ok), between(bad, ok));
    }

    static Direction logistic(RowSample bad, List<RowSample> ok) {
        Rows rows = Rows.of(bad, ok);
        int d = rows.mean.length;
        float[] x = new float[rows.all.size() * d];
        for (int i = 0; i < rows.all.size(); i++) {
            for (int k = 0; k < d; k++) {
                x[i * d + k] = (float) ((rows.all.get(i)[k] - rows.mean[k]) / rows.spread[k]);
            }
        }
        double[] theta = new LogisticFit(x, rows.bad, rows.weight, d).run();
        double[] vector = new double[d];
        double squares = 0;
        for (int k = 0; k < d; k++) {
            vector[k] = theta[k] / rows.spread[k];
            squares += vector[k] * vector[k];
        }
        double[] evenOdds = rows.mean.clone();
        for (int k = 0; k < d && squares > 0; k++) {
            evenOdds[k] -= theta[d] * vector[k] / squares;
        }
        return of(vector, mean(ok), evenOdds);
    }

    /**
     * Rows in one list. Bad ones weigh a half together, and each sample of ok ones the same, however many it has, so that what
     * tells an arm from benign ones does not pass for what tells its outcomes apart.
     *
     * @param mean {@code [d]}, weighted; likewise {@code spread}, the standard deviation, where a constant counts as 1
     */
    @SuppressWarnings("ArrayRecordComponent") // held, never compared
    private record Rows(List<float[]> all, boolean[] bad, double[] weight, double[] mean, double[] spread) {
        static Rows of(RowSample bad, List<RowSample> ok) {
            List<float[]> all = new ArrayList<>(bad.rows());
            int badRows = all.size();
            double[] weight =
                    new double[badRows + ok.stream().mapToInt(RowSample::kept).sum()];
            Arrays.fill(weight, 0, badRows, 0.5 / badRows);
            for (RowSample sample : ok) {
                Arrays.fill(weight, all.size(), all.size() + sample.kept(), 0.5 / ok.size() / sample.kept());
                all.addAll(sample.rows());
            }
            boolean[] isBad = new boolean[all.size()];
            Arrays.fill(isBad, 0, badRows, true);
            double[] mean = new double[all.getFirst().length];
            double[] spread = new double[mean.length];
            for (int i = 0; i < all.size(); i++) {
                for (int k = 0; k < mean.length; k++) {
                    mean[k] += weight[i] * all.get(i)[k];
                }
            }
            for (int i = 0; i < all.size(); i++) {
                for (int k = 0; k < mean.length; k++) {
                    double from = all.get(i)[k] - mean[k];
                    spread[k] += weight[i] * from * from;
                }
            }
            for (int k = 0; k < mean.length; k++) {
                double s = Math.sqrt(spread[k]);
                spread[k] = s > LEAST_SPREAD ? s : 1;
            }
            return new Rows(all, isBad, weight, mean, spread);
        }
    }

    static Direction random(RowSample bad, List<RowSample> ok, String name) {
        double[] between = difference(bad, ok);
        int d = between.length;
        double[] spread = Rows.of(bad, ok).spread;
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
        return of(vector, mean(ok), between(bad, ok));
    }

    /** Half way between the means of the classes. */
    private static double[] between(RowSample bad, List<RowSample> ok) {
        double[] row = bad.mean();
        double[] other = mean(ok);
        for (int k = 0; k < row.length; k++) {
            row[k] = (row[k] + other[k]) / 2;
        }
        return row;
    }

    private static double[] difference(RowSample bad, List<RowSample> ok) {
        double[] difference = bad.mean();
        double[] from = mean(ok);
        for (int k = 0; k < difference.length; k++) {
            difference[k] -= from[k];
        }
        return difference;
    }

    /** The mean of the samples' means. */
    private static double[] mean(List<RowSample> samples) {
        double[] mean = new double[samples.getFirst().mean().length];
        for (RowSample sample : samples) {
            double[] own = sample.mean();
            for (int k = 0; k < mean.length; k++) {
                mean[k] += own[k] / samples.size();
            }
        }
        return mean;
    }
}
