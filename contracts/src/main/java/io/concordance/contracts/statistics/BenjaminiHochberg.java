package io.concordance.contracts.statistics;

import java.util.Arrays;

/** False-discovery-rate adjustment (Benjamini and Hochberg 1995). */
public final class BenjaminiHochberg {
    private BenjaminiHochberg() {}

    /** Adjusted p-values in the order of {@code p}: the smallest rate at which each would be a discovery. */
    public static double[] q(double[] p) {
        Integer[] order = new Integer[p.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        Arrays.sort(order, (a, b) -> Double.compare(p[a], p[b]));
        double[] q = new double[p.length];
        double least = 1;
        for (int rank = p.length; rank >= 1; rank--) {
            int i = order[rank - 1];
            least = Math.min(least, p[i] * p.length / rank);
            q[i] = least;
        }
        return q;
    }
}
