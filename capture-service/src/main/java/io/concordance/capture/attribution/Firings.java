package io.concordance.capture.attribution;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.SparseEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What fires on the tokens of one prompt, by token and then feature.
 *
 * @param tokens position of each firing
 * @param features which feature it is
 * @param values its activation
 */
@SuppressWarnings("ArrayRecordComponent") // parallel columns, used where they are made
public record Firings(int[] tokens, int[] features, float[] values) {

    /** Reads prompts with a dictionary. Not thread-safe. */
    public static final class Encoder {
        private final SparseEncoder encoder;
        private final int most;

        public Encoder(Dictionary dictionary) {
            boolean topK = dictionary.info().architecture().equals("topk");
            this.most = topK ? dictionary.info().k() : dictionary.features();
            this.encoder = new SparseEncoder(topK ? withoutThresholds(dictionary) : dictionary);
        }

        /** A dictionary of the k largest takes every positive one, whatever its thresholds. */
        private static Dictionary withoutThresholds(Dictionary dictionary) {
            return new Dictionary(
                    dictionary.width(),
                    dictionary.features(),
                    dictionary.encoder(),
                    dictionary.encoderBias(),
                    dictionary.decoder(),
                    dictionary.decoderBias(),
                    new float[dictionary.features()],
                    dictionary.info(),
                    dictionary.input());
        }

        /** @param rows the hook's values, {@code [count, width]} */
        public Firings of(float[] rows, int count) {
            List<List<Fired>> byToken = new ArrayList<>();
            for (int t = 0; t < count; t++) {
                byToken.add(new ArrayList<>());
            }
            encoder.encode(rows, count, (t, feature, value) -> byToken.get(t).add(new Fired(feature, value)));
            int size = 0;
            for (int t = 0; t < count; t++) {
                byToken.set(t, largest(byToken.get(t)));
                size += byToken.get(t).size();
            }
            Firings firings = new Firings(new int[size], new int[size], new float[size]);
            int at = 0;
            for (int t = 0; t < count; t++) {
                for (Fired fired : byToken.get(t)) {
                    firings.tokens[at] = t;
                    firings.features[at] = fired.feature;
                    firings.values[at++] = fired.value;
                }
            }
            return firings;
        }

        private record Fired(int feature, float value) {}

        /** Of equal ones the first stay. */
        private List<Fired> largest(List<Fired> fired) {
            return fired.size() <= most
                    ? fired
                    : fired.stream()
                            .sorted(Comparator.comparingDouble((Fired f) -> -f.value))
                            .limit(most)
                            .sorted(Comparator.comparingInt(Fired::feature))
                            .toList();
        }
    }

    public int size() {
        return tokens.length;
    }

    /** The features that fire at all, ascending. */
    public int[] distinct() {
        return Arrays.stream(features).sorted().distinct().toArray();
    }

    /**
     * Adds {@code factor * a_j d_j} of every firing to the row of its token.
     *
     * @param chosen features that count, by index
     * @param rows {@code [sequence, width]} from {@code offset} on
     */
    public void add(Dictionary dictionary, boolean[] chosen, float factor, float[] rows, int offset) {
        int width = dictionary.width();
        for (int f = 0; f < size(); f++) {
            if (chosen[features[f]]) {
                float scale = factor * values[f];
                int to = offset + tokens[f] * width;
                int from = features[f] * width;
                for (int i = 0; i < width; i++) {
                    rows[to + i] = Math.fma(scale, dictionary.decoder()[from + i], rows[to + i]);
                }
            }
        }
    }

    /**
     * {@code Σ_t a_j (g_t · d_j)} of each distinct feature.
     *
     * @param gradient {@code [sequence, width]} from {@code offset} on
     */
    public float[] products(Dictionary dictionary, float[] gradient, int offset) {
        int[] distinct = distinct();
        double[] sums = new double[distinct.length];
        int width = dictionary.width();
        for (int f = 0; f < size(); f++) {
            int at = offset + tokens[f] * width;
            int from = features[f] * width;
            double dot = 0;
            for (int i = 0; i < width; i++) {
                dot += (double) gradient[at + i] * dictionary.decoder()[from + i];
            }
            sums[Arrays.binarySearch(distinct, features[f])] += values[f] * dot;
        }
        return floats(sums);
    }

    /** The largest activation of each distinct feature. */
    public float[] largest() {
        int[] distinct = distinct();
        float[] largest = new float[distinct.length];
        for (int f = 0; f < size(); f++) {
            int at = Arrays.binarySearch(distinct, features[f]);
            largest[at] = Math.max(largest[at], values[f]);
        }
        return largest;
    }

    private static float[] floats(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
