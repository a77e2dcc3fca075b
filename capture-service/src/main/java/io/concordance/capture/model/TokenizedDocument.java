package io.concordance.capture.model;

/**
 * A transcript as the model reads it.
 *
 * @param tokens ids, {@code [positions]}
 * @param spans code of the span kind of each token, {@code [positions]}
 * @param truncated true when the text was longer than the model's context
 */
public record TokenizedDocument(int[] tokens, byte[] spans, boolean truncated) {
    public int length() {
        return tokens.length;
    }
}
