package io.concordance.capture.attribution;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.gradient.GradientSeed;
import io.concordance.capture.model.gradient.GradientTarget;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The outcome as a number, in nats, read where the model would write its first token.
 *
 * @param texts of the action, or of each token of the set
 * @param tokens ids: of the action in order, or of the set
 */
public record OutcomeMetric(Kind kind, List<String> texts, List<Integer> tokens) {

    /** What is measured. */
    public enum Kind {
        /** {@code Σ_i log p(token_i | prompt, tokens before it)}: the action's text, teacher-forced. */
        LOG_PROBABILITY,
        /** {@code log Σ_S exp(l) - log Σ_rest exp(l)} of the first token written. */
        LOG_ODDS;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        @JsonCreator
        static Kind stored(String text) {
            return Arrays.stream(values())
                    .filter(k -> k.text().equals(text))
                    .findFirst()
                    .orElseThrow();
        }
    }

    public OutcomeMetric {
        texts = List.copyOf(texts);
        tokens = List.copyOf(tokens);
    }

    /** Positions of a text at which the model's predictions count. */
    public int predicted() {
        return kind == Kind.LOG_PROBABILITY ? tokens.size() : 1;
    }

    public GradientTarget target(String logits) {
        return kind == Kind.LOG_PROBABILITY
                ? new GradientTarget.LogProbability(logits)
                : new GradientTarget.LogOdds(logits);
    }

    /** A prompt and, but for the last token, what is forced after it. */
    public int[] forced(int[] prompt) {
        int[] text = Arrays.copyOf(prompt, prompt.length + predicted() - 1);
        for (int i = prompt.length; i < text.length; i++) {
            text[i] = tokens.get(i - prompt.length);
        }
        return text;
    }

    /** The sum of m over a batch of forced texts whose prompts have these lengths. */
    public GradientSeed seed(TokenBatch batch, int[] prompts) {
        float[] weights = new float[batch.ids().length];
        long[] expected = new long[weights.length];
        for (int row = 0; row < prompts.length; row++) {
            for (int i = 0; i < predicted(); i++) {
                int at = row * batch.length() + prompts[row] - 1 + i;
                weights[at] = 1;
                expected[at] = tokens.get(i);
            }
        }
        return kind == Kind.LOG_PROBABILITY
                ? new GradientSeed.LogProbability(expected, weights)
                : new GradientSeed.LogOdds(tokens.stream().mapToInt(t -> t).toArray(), weights);
    }

    /**
     * m of one row of a batch.
     *
     * @param values of the target at every token, {@code [batch, sequence]}
     */
    public double of(float[] values, TokenBatch batch, int row, int prompt) {
        double sum = 0;
        for (int i = 0; i < predicted(); i++) {
            sum += values[row * batch.length() + prompt - 1 + i];
        }
        return sum;
    }
}
