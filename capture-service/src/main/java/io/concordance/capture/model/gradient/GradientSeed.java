package io.concordance.capture.model.gradient;

import io.concordance.capture.model.TokenBatch;

/** How the values of a target are weighed into the one number whose gradient is taken. */
public sealed interface GradientSeed {

    /**
     * Sum of {@code values * target}.
     *
     * @param values of the target's shape, row-major
     */
    record Cotangent(float[] values) implements GradientSeed {}

    /**
     * Sum of {@code weights * log-odds(tokens)}.
     *
     * @param tokens the set: ids, some of the vocabulary but not all
     * @param weights {@code [batch, sequence]}; 0 leaves a position out
     */
    record LogOdds(int[] tokens, float[] weights) implements GradientSeed {}

    /**
     * Sum of {@code weights * log p(tokens)}.
     *
     * @param tokens {@code [batch, sequence]}: the id whose probability is read off the logits of this position
     * @param weights {@code [batch, sequence]}; 0 leaves a position out
     */
    record LogProbability(long[] tokens, float[] weights) implements GradientSeed {

        /** Every document's own next tokens: the log-likelihood of its tokens after the first. */
        public static LogProbability ofNextTokens(TokenBatch batch) {
            long[] tokens = new long[batch.ids().length];
            float[] weights = new float[tokens.length];
            for (int row = 0; row < batch.rows(); row++) {
                for (int i = 0; i + 1 < batch.lengths()[row]; i++) {
                    int at = row * batch.length() + i;
                    tokens[at] = batch.ids()[at + 1];
                    weights[at] = 1;
                }
            }
            return new LogProbability(tokens, weights);
        }
    }
}
