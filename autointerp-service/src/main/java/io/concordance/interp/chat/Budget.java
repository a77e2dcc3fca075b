package io.concordance.interp.chat;

import io.concordance.contracts.problem.FieldProblem;
import org.jspecify.annotations.Nullable;

/**
 * What may be spent, and what tokens cost.
 *
 * @param tokens most tokens, prompts and answers together
 * @param money most money; null for no such limit, and then prices may be absent
 * @param promptPrice money for a million prompt tokens
 * @param answerPrice money for a million answer tokens
 */
public record Budget(
        long tokens,
        @Nullable Double money,
        @Nullable Double promptPrice,
        @Nullable Double answerPrice) {
    private static final double MILLION = 1e6;
    private static final long MOST_TOKENS = 1_000_000_000_000L;
    private static final double MOST_MONEY = 1e9;

    public Budget {
        if (tokens < 1 || tokens > MOST_TOKENS) {
            throw new FieldProblem("tokens", tokens, "1 to " + MOST_TOKENS);
        }
        amount("money", money);
        amount("promptPrice", promptPrice);
        amount("answerPrice", answerPrice);
        if (money != null && (promptPrice == null || answerPrice == null)) {
            throw new FieldProblem(
                    promptPrice == null ? "promptPrice" : "answerPrice", null, "a price, as money is limited");
        }
    }

    private static void amount(String field, @Nullable Double value) {
        if (value != null && !(value >= 0 && value <= MOST_MONEY)) {
            throw new FieldProblem(field, value, "0 to " + MOST_MONEY);
        }
    }

    double cost(Usage usage) {
        return (usage.promptTokens() * (promptPrice == null ? 0 : promptPrice)
                        + usage.completionTokens() * (answerPrice == null ? 0 : answerPrice))
                / MILLION;
    }
}
