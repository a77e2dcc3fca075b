package io.concordance.trainer.kernel;

/** Column-wise sums in double precision, rows ascending: the same bits however the columns are divided among threads. */
final class Columns {
    private Columns() {}

    /** out[c] = sum over rows of matrix[row, c] for c in [from, to). */
    static void sum(float[] matrix, int rows, int stride, int from, int to, double[] out) {
        for (int c = from; c < to; c++) {
            out[c] = 0;
        }
        for (int r = 0; r < rows; r++) {
            int offset = r * stride;
            for (int c = from; c < to; c++) {
                out[c] += matrix[offset + c];
            }
        }
    }

    /** out[c] -= sum over rows of weight[row] matrix[row, c] for c in [from, to). */
    static void subtractWeighted(float[] weight, float[] matrix, int stride, int from, int to, double[] out) {
        for (int r = 0; r < weight.length; r++) {
            double w = weight[r];
            if (w != 0) {
                int offset = r * stride;
                for (int c = from; c < to; c++) {
                    out[c] -= w * matrix[offset + c];
                }
            }
        }
    }

    /** Sum of (v - mean)^2 over a matrix whose sum of squares and column sums are given; never below zero. */
    static double variance(double squares, double[] sums, int rows) {
        double meanSquares = 0;
        for (double sum : sums) {
            meanSquares += sum * sum;
        }
        return Math.max(0, squares - meanSquares / rows);
    }
}
