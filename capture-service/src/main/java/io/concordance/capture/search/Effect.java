package io.concordance.capture.search;

import java.util.Arrays;

/**
 * How far a pushed model is from the model as deployed, at the last token of a prompt, and how that depends on what is read
 * there.
 */
public enum Effect {
    /** {@code |h' - h|} of a hook's value h. */
    CHANGE {
        @Override
        double of(float[] values, float[] reference, int at, float[] cotangent) {
            double square = 0;
            for (int i = 0; i < reference.length; i++) {
                double difference = values[at + i] - (double) reference[i];
                square += difference * difference;
            }
            double length = Math.sqrt(square);
            for (int i = 0; i < reference.length; i++) {
                // At no change at all every direction is as steep; the gradient there is left 0.
                cotangent[at + i] = length > 0 ? (float) ((values[at + i] - (double) reference[i]) / length) : 0;
            }
            return length;
        }
    },

    /** {@code KL(p' || p)}, in nats, of the next token's distribution p, from logits. */
    DIVERGENCE {
        @Override
        double of(float[] values, float[] reference, int at, float[] cotangent) {
            int vocabulary = reference.length;
            double[] pushed = logProbabilities(values, at, vocabulary);
            double[] deployed = logProbabilities(reference, 0, vocabulary);
            double divergence = 0;
            for (int i = 0; i < vocabulary; i++) {
                divergence += Math.exp(pushed[i]) * (pushed[i] - deployed[i]);
            }
            for (int i = 0; i < vocabulary; i++) {
                cotangent[at + i] = (float) (Math.exp(pushed[i]) * (pushed[i] - deployed[i] - divergence));
            }
            return divergence;
        }
    };

    /**
     * @param values of the target, row-major; those of the token begin at {@code at}
     * @param reference those of the token in the model as deployed
     * @param cotangent takes the gradient with respect to the values, at the same place
     */
    abstract double of(float[] values, float[] reference, int at, float[] cotangent);

    private static double[] logProbabilities(float[] logits, int at, int vocabulary) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < vocabulary; i++) {
            largest = Math.max(largest, logits[at + i]);
        }
        double sum = 0;
        for (int i = 0; i < vocabulary; i++) {
            sum += Math.exp(logits[at + i] - largest);
        }
        double log = largest + Math.log(sum);
        double[] found = new double[vocabulary];
        Arrays.setAll(found, i -> logits[at + i] - log);
        return found;
    }
}
