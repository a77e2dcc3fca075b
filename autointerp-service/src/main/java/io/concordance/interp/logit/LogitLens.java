package io.concordance.interp.logit;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.logit.LogitEffects.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Reads every decoder row through the unembedding (the logit lens; nostalgebraist 2020). Of each feature sums and the
 * extremes are kept.
 */
public final class LogitLens {
    static final int SHOWN = 10;
    private static final double CHANCE = 0.05;

    private final int vocabulary;
    private final double[] sums;
    private final double[] squares;
    private final Largest[] largest;
    private final Largest[] smallest;

    private LogitLens(int features, int vocabulary) {
        this.vocabulary = vocabulary;
        this.sums = new double[features];
        this.squares = new double[features];
        this.largest = new Largest[features];
        this.smallest = new Largest[features];
        for (int j = 0; j < features; j++) {
            largest[j] = new Largest(SHOWN);
            smallest[j] = new Largest(SHOWN);
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
        LogitLens lens = new LogitLens(dictionary.features(), unembedding.count());
        Products.visit(dictionary.decoder(), dictionary.features(), unembedding, lens::see);
        double bound = NormalDistribution.of(0, 1).inverseSurvivalProbability(CHANCE / lens.vocabulary);
        return IntStream.range(0, dictionary.features())
                .mapToObj(j -> lens.effects(j, bound))
                .toList();
    }

    private void see(int feature, int firstToken, float[] effects, int count) {
        for (int t = 0; t < count; t++) {
            sums[feature] += effects[t];
            squares[feature] += (double) effects[t] * effects[t];
            largest[feature].offer(effects[t], firstToken + t);
            smallest[feature].offer(-effects[t], firstToken + t);
        }
    }

    private LogitEffects effects(int feature, double bound) {
        double mean = sums[feature] / vocabulary;
        double spread = Math.sqrt(Math.max(0, squares[feature] / vocabulary - mean * mean));
        return new LogitEffects(
                spread, bound * spread, effects(largest[feature], 1, mean), effects(smallest[feature], -1, mean));
    }

    /** Those on the side of the mean that they are the extremes of. */
    private static List<Effect> effects(Largest extremes, int sign, double mean) {
        List<Effect> effects = new ArrayList<>(extremes.size());
        for (int i = 0; i < extremes.size(); i++) {
            double effect = sign * extremes.value(i) - mean;
            if (sign * effect > 0) {
                effects.add(new Effect(extremes.number(i), effect));
            }
        }
        return effects;
    }
}
