package io.concordance.interp.label;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A label and what it rests on.
 *
 * @param rule the label as a rule; null when there was nothing in the explain split to learn one from
 * @param tokens tokens it fires on, most telling first
 */
public record Explanation(String label, @Nullable Rule rule, List<TokenContrast> tokens) {

    /**
     * How much more often a token is fired on than met: pmi = ln((fired + ½)/(firings + 1)) - ln((met + ½)/(drawn + 1)).
     *
     * @param fired of {@code firings} drawn firings, how many are on it
     * @param met of {@code drawn} background tokens, how many are it
     */
    public record TokenContrast(int token, String text, int fired, int firings, int met, int drawn, double pmi) {}
}
