package io.concordance.interp.logit;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.logit.LogitEffects.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Reads every decoder row through the unembedding (the logit lens; nostalgebraist 2020). The {@code [features, vocabulary]}
 * matrix never exists: of each feature sums and the extremes are kept, tile of the vocabulary by tile.
 */
public final class LogitLens {
    static final int SHOWN = 10;
    private static final int TILE = 1024;
    private static final int TOGETHER = 4;
    private static final double CHANCE = 0.05;

    private final Dictionary dictionary;
    private final Unembedding unembedding;
    private final double[] sums;
    private final double[] squares;
    private final Extremes[] largest;
    private final Extremes[] smallest;

    private LogitLens(Dictionary dictionary, Unembedding unembedding) {
        this.dictionary = dictionary;
        this.unembedding = unembedding;
        int features = dictionary.features();
        this.sums = new double[features];
        this.squares = new double[features];
        this.largest = new Extremes[features];
        this.smallest = new Extremes[features];
        for (int j = 0; j < features; j++) {
            largest[j] = new Extremes();
            smallest[j] = new Extremes();
        }
    }

    /**
     * One entry for each feature.
     *
     * @throws FieldProblem when the dictionary has rows of another width
     */
    public static List<LogitEffects> of(Dictionary dictionary, Unembedding unembedding) {
        if (unembedding.width() != dictionary.width()) {
            throw new FieldProblem("unembedding.width", unembedding.width(), Integer.toString(dictionary.width()));
        }
        LogitLens lens = new LogitLens(dictionary, unembedding);
        lens.read();
        double bound = NormalDistribution.of(0, 1).inverseSurvivalProbability(CHANCE / unembedding.vocabulary());
        return IntStream.range(0, dictionary.features())
                .mapToObj(j -> lens.effects(j, bound))
                .toList();
    }

    private void read() {
        int groups = (dictionary.features() + TOGETHER - 1) / TOGETHER;
        float[] columns = new float[unembedding.width() * TILE];
        for (int from = 0; from < unembedding.vocabulary(); from += TILE) {
            int first = from;
            int count = Math.min(TILE, unembedding.vocabulary() - from);
            unembedding.columns(from, count, columns);
            IntStream.range(0, groups).parallel().forEach(group -> group(group * TOGETHER, columns, first, count));
        }
    }

    private void group(int firstFeature, float[] columns, int firstToken, int count) {
        float[][] effects = new float[TOGETHER][count];
        int width = dictionary.width();
        float[] decoder = dictionary.decoder();
        int last = dictionary.features() - 1;
        for (int i = 0; i < width; i++) {
            add(
                    effects[0],
                    effects[1],
                    effects[2],
                    effects[3],
                    columns,
                    i * count,
                    decoder[firstFeature * width + i],
                    decoder[Math.min(firstFeature + 1, last) * width + i],
                    decoder[Math.min(firstFeature + 2, last) * width + i],
                    decoder[Math.min(firstFeature + 3, last) * width + i]);
        }
        for (int j = firstFeature; j < Math.min(firstFeature + TOGETHER, last + 1); j++) {
            float[] own = effects[j - firstFeature];
            for (int t = 0; t < count; t++) {
                sums[j] += own[t];
                squares[j] += (double) own[t] * own[t];
                largest[j].offer(own[t], firstToken + t);
                smallest[j].offer(-own[t], firstToken + t);
            }
        }
    }

    private static void add(
            float[] a, float[] b, float[] c, float[] d, float[] row, int at, float x, float y, float z, float w) {
        for (int t = 0; t < a.length; t++) {
            float value = row[at + t];
            a[t] = Math.fma(x, value, a[t]);
            b[t] = Math.fma(y, value, b[t]);
            c[t] = Math.fma(z, value, c[t]);
            d[t] = Math.fma(w, value, d[t]);
        }
    }

    private LogitEffects effects(int feature, double bound) {
        double mean = sums[feature] / unembedding.vocabulary();
        double spread = Math.sqrt(Math.max(0, squares[feature] / unembedding.vocabulary() - mean * mean));
        return new LogitEffects(
                spread, bound * spread, largest[feature].effects(1, -mean), smallest[feature].effects(-1, -mean));
    }

    /** The largest few values, largest first; of equal ones those offered first. */
    private static final class Extremes {
        private final float[] values = new float[SHOWN];
        private final int[] tokens = new int[SHOWN];
        private int size;

        void offer(float value, int token) {
            if (size == SHOWN && !(value > values[SHOWN - 1])) {
                return;
            }
            int at = size < SHOWN ? size++ : SHOWN - 1;
            for (; at > 0 && value > values[at - 1]; at--) {
                values[at] = values[at - 1];
                tokens[at] = tokens[at - 1];
            }
            values[at] = value;
            tokens[at] = token;
        }

        List<Effect> effects(int sign, double shift) {
            List<Effect> effects = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                double effect = sign * values[i] + shift;
                if (sign * effect > 0) {
                    effects.add(new Effect(tokens[i], effect));
                }
            }
            return effects;
        }
    }
}
