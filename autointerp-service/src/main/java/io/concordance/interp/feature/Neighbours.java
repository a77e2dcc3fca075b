package io.concordance.interp.feature;

import io.concordance.contracts.dictionary.Dictionary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds the features that fired whose decoder directions are most like that of one that never did: what there is to say
 * about it without an example.
 */
final class Neighbours {
    private static final int NEAREST = 5;

    private final Dictionary dictionary;
    private final int[] fired;
    private final double[] norms;

    /** @param fired indices of the features to choose from */
    Neighbours(Dictionary dictionary, int[] fired) {
        this.dictionary = dictionary;
        this.fired = fired;
        this.norms = new double[dictionary.features()];
        for (int j = 0; j < norms.length; j++) {
            norms[j] = Math.sqrt(dot(j, j));
        }
    }

    /** @param cosine between decoder directions */
    record Neighbour(int feature, double cosine) {}

    /** The most similar ones, best first; fewer where fewer fired or a direction is zero. */
    List<Neighbour> of(int feature) {
        List<Neighbour> all = new ArrayList<>();
        IntStream.of(fired).filter(j -> j != feature && norms[j] > 0).forEach(j -> {
            if (norms[feature] > 0) {
                all.add(new Neighbour(j, dot(feature, j) / (norms[feature] * norms[j])));
            }
        });
        all.sort(Comparator.comparingDouble((Neighbour n) -> -n.cosine()).thenComparingInt(Neighbour::feature));
        return all.subList(0, Math.min(NEAREST, all.size()));
    }

    private double dot(int a, int b) {
        int width = dictionary.width();
        float[] decoder = dictionary.decoder();
        float sum = 0;
        for (int i = 0; i < width; i++) {
            sum = Math.fma(decoder[a * width + i], decoder[b * width + i], sum);
        }
        return sum;
    }
}
