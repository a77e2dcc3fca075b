package io.concordance.interp.feature;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.interp.logit.Largest;
import io.concordance.interp.logit.Products;
import java.util.ArrayList;
import java.util.List;

/** Finds the features that fired whose decoder directions are most like that of a feature. */
final class Neighbours {
    private static final int NEAREST = 5;

    private final Largest[] nearest;
    private final int[] fired;
    private final double[] norms;

    /** @param fired indices of the features to choose from */
    Neighbours(Dictionary dictionary, int[] fired) {
        this.fired = fired;
        this.norms = norms(dictionary);
        this.nearest = new Largest[dictionary.features()];
        for (int j = 0; j < nearest.length; j++) {
            nearest[j] = new Largest(NEAREST);
        }
        Products.visit(dictionary.decoder(), dictionary.features(), new Directions(dictionary, fired), this::see);
    }

    /** @param cosine between decoder directions */
    record Neighbour(int feature, double cosine) {}

    private record Directions(Dictionary dictionary, int[] chosen) implements Products.Columns {
        @Override
        public int width() {
            return dictionary.width();
        }

        @Override
        public int count() {
            return chosen.length;
        }

        @Override
        public void read(int from, int columns, float[] target) {
            int width = dictionary.width();
            for (int c = 0; c < columns; c++) {
                for (int i = 0; i < width; i++) {
                    target[i * columns + c] = dictionary.decoder()[chosen[from + c] * width + i];
                }
            }
        }
    }

    private static double[] norms(Dictionary dictionary) {
        int width = dictionary.width();
        double[] norms = new double[dictionary.features()];
        for (int j = 0; j < norms.length; j++) {
            float square = 0;
            for (int i = 0; i < width; i++) {
                float value = dictionary.decoder()[j * width + i];
                square = Math.fma(value, value, square);
            }
            norms[j] = Math.sqrt(square);
        }
        return norms;
    }

    private void see(int feature, int first, float[] dots, int count) {
        for (int c = 0; c < count; c++) {
            int other = fired[first + c];
            if (other != feature && norms[feature] > 0 && norms[other] > 0) {
                nearest[feature].offer(dots[c] / (norms[feature] * norms[other]), other);
            }
        }
    }

    /** The most similar ones, best first; fewer where fewer fired or a direction is zero. */
    List<Neighbour> of(int feature) {
        Largest found = nearest[feature];
        List<Neighbour> neighbours = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            neighbours.add(new Neighbour(found.number(i), found.value(i)));
        }
        return neighbours;
    }
}
