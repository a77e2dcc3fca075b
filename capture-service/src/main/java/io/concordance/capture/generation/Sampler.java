package io.concordance.capture.generation;

import io.concordance.capture.model.ModelRunException;
import io.concordance.contracts.digest.Digests;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.stream.IntStream;

/**
 * Chooses next tokens. A choice depends on the logits, the seed, the document's id and the step, and on nothing that
 * happened to other documents.
 *
 * @param temperature 0 for the likeliest token; else logits are divided by it
 * @param topP the likeliest tokens whose probabilities first add up to this are drawn from (nucleus sampling: Holtzman
 *     et al., "The curious case of neural text degeneration", 2020)
 */
record Sampler(double temperature, double topP, long seed) {

    /** The random stream of a document. */
    static long stream(String document) {
        byte[] hash = HexFormat.of().parseHex(Digests.hex(Digests.sha256(document)));
        return ByteBuffer.wrap(hash).getLong();
    }

    /**
     * @param logits {@code [vocabulary]}
     * @param step tokens written before this one
     */
    int choose(float[] logits, long stream, int step) {
        int best = 0;
        for (int i = 0; i < logits.length; i++) {
            if (Float.isNaN(logits[i])) {
                throw new ModelRunException("its logits are not finite");
            }
            best = logits[i] > logits[best] ? i : best;
        }
        if (!Float.isFinite(logits[best])) {
            throw new ModelRunException("its logits are not finite");
        }
        return temperature == 0 ? best : draw(logits, logits[best], Philox.uniform(seed, stream, step));
    }

    private int draw(float[] logits, double largest, double uniform) {
        double[] weights = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            weights[i] = Math.exp((logits[i] - largest) / temperature);
        }
        if (topP == 1) {
            return drawn(IntStream.range(0, weights.length).toArray(), weights.length, weights, uniform);
        }
        double total = Arrays.stream(weights).sum();
        int[] order = IntStream.range(0, weights.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> -weights[i]).thenComparing(i -> i))
                .mapToInt(i -> i)
                .toArray();
        double nucleus = 0;
        int kept = 0;
        while (kept < order.length && (kept == 0 || nucleus < topP * total)) {
            nucleus += weights[order[kept++]];
        }
        return drawn(order, kept, weights, uniform);
    }

    /** One of the first {@code kept} of an order, each as likely as its weight says. */
    private static int drawn(int[] order, int kept, double[] weights, double uniform) {
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            sum += weights[order[i]];
        }
        double mark = uniform * sum;
        int last = order[0];
        for (int i = 0; i < kept; i++) {
            if (weights[order[i]] > 0) {
                last = order[i];
            }
            mark -= weights[order[i]];
            if (mark < 0) {
                return last;
            }
        }
        return last;
    }
}
