package io.concordance.bench;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of a comparison.
 *
 * @param quick sizes so small that the figures say nothing but that all of it runs
 * @param rounds how often each alternative is measured; null for the comparison's own number
 * @param only regular expression on the names of what is measured; null for all
 * @param settings of the comparison's own, by name
 */
public record Options(
        boolean quick, @Nullable Integer rounds, @Nullable String only, Map<String, String> settings) {
    public static final Options NONE = new Options(false, null, null, Map.of());
    private static final int MAX_ROUNDS = 1000;

    public Options {
        settings = Map.copyOf(settings);
        if (rounds != null && (rounds < 1 || rounds > MAX_ROUNDS)) {
            throw new FieldProblem("--rounds", rounds, "1 to " + MAX_ROUNDS);
        }
        if (only != null) {
            try {
                Pattern.compile(only);
            } catch (PatternSyntaxException e) {
                throw new FieldProblem("--only", only, "a regular expression: " + e.getDescription());
            }
        }
    }

    /** @throws FieldProblem when {@code --only} was given */
    public Options withoutOnly() {
        if (only != null) {
            throw new FieldProblem("--only", only, "no such option for this comparison");
        }
        return this;
    }

    /** @throws FieldProblem when {@code --rounds} was given */
    public Options withoutRounds() {
        if (rounds != null) {
            throw new FieldProblem("--rounds", rounds, "no such option for this comparison");
        }
        return this;
    }

    /** @throws FieldProblem when {@code --quick} was given */
    public Options withoutQuick() {
        if (quick) {
            throw new FieldProblem("--quick", quick, "no such option for this comparison");
        }
        return this;
    }

    /** @throws FieldProblem when {@code --set} was given */
    public Options withoutSettings() {
        if (!settings.isEmpty()) {
            throw new FieldProblem("--set", settings.keySet().iterator().next(), "no such setting for this comparison");
        }
        return this;
    }

    /** Whether what goes by this name shall be measured. */
    public boolean wants(String name) {
        return only == null || Pattern.compile(only).matcher(name).find();
    }

    public int roundsOr(int standard) {
        return rounds == null ? standard : rounds;
    }
}
