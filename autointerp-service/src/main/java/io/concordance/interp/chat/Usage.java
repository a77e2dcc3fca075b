package io.concordance.interp.chat;

/** Tokens that a question and its answer took. */
public record Usage(long promptTokens, long completionTokens) {
    public long tokens() {
        return promptTokens + completionTokens;
    }
}
