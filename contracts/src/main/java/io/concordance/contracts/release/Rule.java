package io.concordance.contracts.release;

import io.concordance.contracts.problem.FieldProblem;
import java.util.List;

/**
 * When a monitor fires: at least {@code atLeast} of the features peak above their thresholds. One of n is any-of.
 *
 * @param features uids of features in the same release
 * @param aggregation over tokens, {@link #MAX}
 * @param scope which tokens count, {@link #ALL_TOKENS}
 */
public record Rule(
        String id, ConcernLevel level, int atLeast, List<String> features, String aggregation, String scope) {
    public static final String MAX = "max";
    public static final String ALL_TOKENS = "all-tokens";

    public Rule {
        features = List.copyOf(features);
        if (atLeast < 1 || atLeast > features.size()) {
            throw new FieldProblem("atLeast", atLeast, "1 to the number of features, " + features.size());
        }
        if (!MAX.equals(aggregation)) {
            throw new FieldProblem("aggregation", aggregation, MAX);
        }
        if (!ALL_TOKENS.equals(scope)) {
            throw new FieldProblem("scope", scope, ALL_TOKENS);
        }
    }

    /** Fires when any of the features does. */
    public static Rule anyOf(String id, ConcernLevel level, List<String> features) {
        return new Rule(id, level, 1, features, MAX, ALL_TOKENS);
    }
}
