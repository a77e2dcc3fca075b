package io.concordance.contracts.release;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.concordance.contracts.problem.FieldProblem;

/**
 * How the pre-activations of a session's tokens become the one value that is held against a threshold.
 *
 * @param over what is made of them
 * @param tokens with {@link Over#MAX}: the value is the {@code tokens}-th largest, so that exceeding a threshold takes that
 *     many tokens; 1 with the others
 * @param scope which tokens count
 */
public record Pooling(Over over, int tokens, Scope scope) {
    /** The largest value of any token: what a feature does. */
    public static final Pooling PEAK = new Pooling(Over.MAX, 1, Scope.ALL_TOKENS);

    /** Most tokens that a value may ask for. */
    public static final int MOST_TOKENS = 64;

    public enum Over {
        @JsonProperty("max")
        MAX,
        @JsonProperty("mean")
        MEAN,
        /** The value of the last token that counts. */
        @JsonProperty("last")
        LAST
    }

    public enum Scope {
        @JsonProperty("all-tokens")
        ALL_TOKENS,
        /** Tokens before the first one that the model wrote. */
        @JsonProperty("before-output")
        BEFORE_OUTPUT,
        /** From the first token that the model wrote on. */
        @JsonProperty("output")
        OUTPUT
    }

    /** Whether a value pooled like this never exceeds the one that the other pooling makes of the same tokens. */
    public boolean isWithin(Pooling other) {
        boolean within = scope == other.scope || other.scope == Scope.ALL_TOKENS;
        return equals(other)
                || other.over == Over.MAX && within && (over == Over.MAX ? tokens >= other.tokens : other.tokens == 1);
    }

    public Pooling {
        int most = over == Over.MAX ? MOST_TOKENS : 1;
        if (tokens < 1 || tokens > most) {
            throw new FieldProblem("tokens", tokens, "1 to " + most);
        }
    }
}
