package io.concordance.interp.position;

import io.concordance.interp.evidence.DocumentRows;
import io.concordance.interp.evidence.Example;
import io.concordance.interp.evidence.TokenPlaces;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.GammaDistribution;

/**
 * Permutation test of the octaves that firings stand in. Firings are drawn one a document, so that they are independent.
 * Under the null each is put anew in an octave with a chance in proportion to how many of its token such a document has
 * there: rows of its document in the octave, times the token's rate there in its arm.
 */
final class Replacement {
    private static final int ROUNDS = 999;
    private static final int ENOUGH = 10;

    private final List<double[]> chances = new ArrayList<>();
    private final double[] observed = new double[TokenPlaces.OCTAVES];
    private final double[] expected = new double[TokenPlaces.OCTAVES];
    private final double[] variance = new double[TokenPlaces.OCTAVES];

    Replacement(List<Example> firings, RowCounts counts) {
        for (Example firing : firings) {
            double[] chance = chance(firing, counts);
            if (chance != null) {
                chances.add(chance);
                observed[TokenPlaces.octave(firing.document().position(firing.row()))]++;
                for (int o = 0; o < chance.length; o++) {
                    expected[o] += chance[o];
                    variance[o] += chance[o] * (1 - chance[o]);
                }
            }
        }
    }

    /** Null when it could stand in one octave only. */
    private static double @org.jspecify.annotations.Nullable [] chance(Example firing, RowCounts counts) {
        DocumentRows document = firing.document();
        int first = document.position(firing.row()) - firing.row();
        double[] chance = new double[TokenPlaces.OCTAVES];
        double sum = 0;
        int possible = 0;
        for (int o = 0; o < chance.length; o++) {
            int from = Math.max(first, TokenPlaces.from(o));
            int to = o + 1 == chance.length ? Integer.MAX_VALUE : TokenPlaces.from(o + 1);
            long rows = Math.min((long) first + document.length(), to) - from;
            if (rows > 0) {
                chance[o] = rows * counts.rate(document.info().arm(), firing.token(), o);
                sum += chance[o];
                possible += chance[o] > 0 ? 1 : 0;
            }
        }
        if (possible < 2) {
            return null;
        }
        for (int o = 0; o < chance.length; o++) {
            chance[o] /= sum;
        }
        return chance;
    }

    /** Firings that could have stood in another octave. */
    int size() {
        return chances.size();
    }

    private double distance(double[] counts) {
        double distance = 0;
        for (int o = 0; o < counts.length; o++) {
            if (variance[o] > 0) {
                distance += (counts[o] - expected[o]) * (counts[o] - expected[o]) / variance[o];
            }
        }
        return distance;
    }

    /**
     * The test's p-value. Rounds end once ten have reached what was observed (Besag and Clifford 1991); where none of
     * {@value #ROUNDS} has, the p-value is that of the gamma distribution with the mean and variance of the rounds.
     */
    double p(long seed) {
        double found = distance(observed);
        SplittableRandom random = new SplittableRandom(seed);
        double[] counts = new double[TokenPlaces.OCTAVES];
        int reached = 0;
        double sum = 0;
        double squares = 0;
        for (int round = 1; round <= ROUNDS; round++) {
            java.util.Arrays.fill(counts, 0);
            for (double[] chance : chances) {
                counts[pick(chance, random.nextDouble())]++;
            }
            double distance = distance(counts);
            sum += distance;
            squares += distance * distance;
            reached += distance >= found - 1e-9 ? 1 : 0;
            if (reached == ENOUGH) {
                return (double) reached / round;
            }
        }
        double p = (reached + 1.0) / (ROUNDS + 1);
        double mean = sum / ROUNDS;
        double spread = squares / ROUNDS - mean * mean;
        if (reached > 0 || !(spread > 0)) {
            return p;
        }
        return Math.min(
                p, GammaDistribution.of(mean * mean / spread, spread / mean).survivalProbability(found));
    }

    private static int pick(double[] chance, double at) {
        double rest = at;
        int last = 0;
        for (int o = 0; o < chance.length; o++) {
            if (chance[o] > 0) {
                last = o;
                rest -= chance[o];
                if (rest < 0) {
                    return o;
                }
            }
        }
        return last;
    }
}
