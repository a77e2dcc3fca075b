package io.concordance.registry.page;

import io.concordance.contracts.dictionary.Dictionary;
import java.util.ArrayList;
import java.util.List;

/**
 * Which features of another dictionary point most nearly where these do.
 *
 * @param matches evenly spaced features of this dictionary, by index
 * @param features of this dictionary, of which the matches are a sample
 */
record Matching(List<Match> matches, int features) {
    /** Multiplications that a page may cost. */
    private static final long MOST_WORK = 400_000_000;

    private static final int MOST_MATCHES = 512;

    /** @param cosine of the decoder directions, the largest that a feature of the other dictionary has */
    record Match(int index, int other, double cosine) {}

    /** @throws IllegalArgumentException when the dictionaries are of different widths, or too large to be matched here */
    static Matching of(Dictionary here, Dictionary there) {
        if (here.width() != there.width()) {
            throw new IllegalArgumentException(
                    "rows of " + here.width() + " and of " + there.width() + " values cannot be matched");
        }
        int d = here.width();
        long each = (long) d * there.features();
        int sample = (int) Math.min(Math.min(MOST_MATCHES, here.features()), MOST_WORK / each);
        if (sample < 1) {
            throw new IllegalArgumentException("the other dictionary is too large to be matched on a page");
        }
        float[] norms = norms(there);
        float[] ours = norms(here);
        List<Match> matches = new ArrayList<>(sample);
        for (int i = 0; i < sample; i++) {
            int index = (int) ((long) i * here.features() / sample);
            matches.add(best(here, index, ours[index], there, norms));
        }
        return new Matching(matches, here.features());
    }

    private static Match best(Dictionary here, int index, float norm, Dictionary there, float[] norms) {
        int d = here.width();
        int best = 0;
        double highest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < there.features(); j++) {
            double cosine = dot(here.decoder(), index * d, there.decoder(), j * d, d)
                    / Math.max(Float.MIN_NORMAL, norm * norms[j]);
            if (cosine > highest) {
                highest = cosine;
                best = j;
            }
        }
        return new Match(index, best, highest);
    }

    private static float[] norms(Dictionary dictionary) {
        int d = dictionary.width();
        float[] norms = new float[dictionary.features()];
        for (int j = 0; j < norms.length; j++) {
            norms[j] = (float) Math.sqrt(dot(dictionary.decoder(), j * d, dictionary.decoder(), j * d, d));
        }
        return norms;
    }

    private static double dot(float[] a, int from, float[] b, int start, int length) {
        double sum = 0;
        for (int k = 0; k < length; k++) {
            sum += (double) a[from + k] * b[start + k];
        }
        return sum;
    }

    /** Share of the matches at or above a cosine. */
    double share(double cosine) {
        return (double) matches.stream().filter(m -> m.cosine() >= cosine).count() / matches.size();
    }
}
