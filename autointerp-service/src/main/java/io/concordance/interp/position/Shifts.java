package io.concordance.interp.position;

import io.concordance.contracts.statistics.BenjaminiHochberg;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The shift test. Activations come as {@code [window][position][filler]}: one token of a window, read at each position
 * behind each of several fillers, which are text that has nothing to do with the window. What fillers change at one position
 * is noise; what positions change beyond that is theirs.
 */
public final class Shifts {
    private static final int ROUNDS = 999;

    private Shifts() {}

    /**
     * @param own windows the feature had fired on; {@code background} others, put at the same positions
     * @param leftOut windows of either kind that could not be read
     * @param seed of the permutations
     */
    public static ShiftFinding of(double[][][] own, double[][][] background, int leftOut, long seed) {
        List<double[][]> all = new ArrayList<>(List.of(own));
        all.addAll(List.of(background));
        if (own.length == 0 || own[0].length < 2 || own[0][0].length < 2) {
            return new ShiftFinding(own.length, background.length, 0, leftOut, 0, 0, 0, 1, 1);
        }
        int positions = own[0].length;
        int fillers = own[0][0].length;
        double grand = 0;
        for (double[][] window : all) {
            grand += mean(window) / all.size();
        }
        double between = 0;
        double ofPositions = 0;
        double ofFillers = 0;
        for (double[][] window : all) {
            double mean = mean(window);
            between += positions * fillers * square(mean - grand);
            for (double[] place : window) {
                double here = mean(place);
                ofPositions += fillers * square(here - mean);
                for (double value : place) {
                    ofFillers += square(value - here);
                }
            }
        }
        double total = between + ofPositions + ofFillers;
        double noise = ofFillers / ((double) all.size() * positions * (fillers - 1));
        double chance = (double) all.size() * (positions - 1) * noise;
        double share = total > 0 ? Math.clamp((ofPositions - chance) / (total + noise), 0, 1) : 0;
        double p = total > 0 ? p(own, seed) : 1;
        return new ShiftFinding(
                own.length,
                background.length,
                positions,
                leftOut,
                share,
                total > 0 ? between / total : 0,
                reproduced(own),
                p,
                p);
    }

    /** The findings with q-values (Benjamini and Hochberg 1995) for all of them together. */
    public static List<ShiftFinding> adjusted(List<ShiftFinding> findings) {
        double[] q = BenjaminiHochberg.q(
                findings.stream().mapToDouble(ShiftFinding::p).toArray());
        List<ShiftFinding> adjusted = new ArrayList<>();
        for (int i = 0; i < q.length; i++) {
            adjusted.add(findings.get(i).adjusted(q[i]));
        }
        return adjusted;
    }

    /** Permutes the readings of each window over its positions; the statistic is how far the means of positions lie apart. */
    private static double p(double[][][] own, long seed) {
        int positions = own[0].length;
        int fillers = own[0][0].length;
        double[][] cells = new double[own.length][positions * fillers];
        for (int w = 0; w < own.length; w++) {
            for (int o = 0; o < positions; o++) {
                System.arraycopy(own[w][o], 0, cells[w], o * fillers, fillers);
            }
        }
        double found = apart(cells, positions, fillers);
        SplittableRandom random = new SplittableRandom(seed);
        int reached = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (double[] window : cells) {
                shuffle(window, random);
            }
            reached += apart(cells, positions, fillers) >= found - 1e-9 * Math.abs(found) ? 1 : 0;
        }
        return (reached + 1.0) / (ROUNDS + 1);
    }

    private static double apart(double[][] cells, int positions, int fillers) {
        double apart = 0;
        for (int o = 0; o < positions; o++) {
            double sum = 0;
            for (double[] window : cells) {
                for (int f = 0; f < fillers; f++) {
                    sum += window[o * fillers + f];
                }
            }
            apart += sum * sum;
        }
        return apart;
    }

    private static void shuffle(double[] values, SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            double value = values[i];
            values[i] = values[j];
            values[j] = value;
        }
    }

    private static double reproduced(double[][][] own) {
        int most = 0;
        for (int o = 0; o < own[0].length; o++) {
            int fires = 0;
            for (double[][] window : own) {
                boolean any = false;
                for (double value : window[o]) {
                    any |= value > 0;
                }
                fires += any ? 1 : 0;
            }
            most = Math.max(most, fires);
        }
        return (double) most / own.length;
    }

    private static double mean(double[][] window) {
        double sum = 0;
        for (double[] place : window) {
            sum += mean(place);
        }
        return sum / window.length;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double square(double value) {
        return value * value;
    }
}
