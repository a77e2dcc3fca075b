package io.concordance.contracts.release;

import io.concordance.contracts.problem.FieldProblem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a monitor fires: at least {@code atLeast} of the features peak above their thresholds (one of n is any-of), or a
 * condition over them holds.
 *
 * @param features uids of features in the same release: with a condition those that it names, each once, in its order
 * @param aggregation over tokens: {@link #MAX}, or {@link #CONDITION} where each part of the condition says its own
 * @param scope which tokens count: {@link #ALL_TOKENS}, or {@link #CONDITION}
 * @param condition null for the plain form; a monitor that does not know conditions refuses the release
 */
public record Rule(
        String id,
        ConcernLevel level,
        int atLeast,
        List<String> features,
        String aggregation,
        String scope,
        @Nullable Condition condition) {
    public static final String MAX = "max";
    public static final String ALL_TOKENS = "all-tokens";
    public static final String CONDITION = "condition";

    public Rule {
        features = List.copyOf(features);
        if (atLeast < 1 || atLeast > features.size()) {
            throw new FieldProblem("atLeast", atLeast, "1 to the number of features, " + features.size());
        }
        require("aggregation", aggregation, condition == null ? MAX : CONDITION);
        require("scope", scope, condition == null ? ALL_TOKENS : CONDITION);
        if (condition != null) {
            List<String> named = named(condition.checked());
            if (atLeast != 1 || !named.equals(features)) {
                throw new FieldProblem("features", features, "those of the condition, " + named + ", with atLeast 1");
            }
        }
    }

    /** Without a condition. */
    public Rule(String id, ConcernLevel level, int atLeast, List<String> features, String aggregation, String scope) {
        this(id, level, atLeast, features, aggregation, scope, null);
    }

    /** Fires when any of the features does. */
    public static Rule anyOf(String id, ConcernLevel level, List<String> features) {
        return new Rule(id, level, 1, features, MAX, ALL_TOKENS);
    }

    /** Fires when the condition holds; the plain form where that says the same. */
    public static Rule of(String id, ConcernLevel level, Condition condition) {
        if (condition instanceof Condition.Any any
                && any.of().stream()
                        .allMatch(part ->
                                part instanceof Condition.Fires f && f.pooling().equals(Pooling.PEAK))
                && named(any).size() == any.of().size()) {
            return anyOf(id, level, named(any));
        }
        return new Rule(id, level, 1, named(condition), CONDITION, CONDITION, condition);
    }

    /** What must hold, in either form. */
    public Condition whole() {
        if (condition != null) {
            return condition;
        }
        List<Condition> peaks = new ArrayList<>();
        features.forEach(feature -> peaks.add(new Condition.Fires(feature, Pooling.PEAK)));
        return new Condition.AtLeast(atLeast, peaks);
    }

    /** The leaves of {@link #whole}, in its order. */
    public List<Condition.Fires> leaves() {
        return leaves(whole());
    }

    private static List<Condition.Fires> leaves(Condition condition) {
        if (condition instanceof Condition.Fires leaf) {
            return List.of(leaf);
        }
        return condition.parts().stream().flatMap(part -> leaves(part).stream()).toList();
    }

    private static List<String> named(Condition condition) {
        return leaves(condition).stream()
                .map(Condition.Fires::feature)
                .distinct()
                .toList();
    }

    private static void require(String field, String given, String allowed) {
        if (!allowed.equals(given)) {
            throw new FieldProblem(field, given, allowed);
        }
    }
}
