package io.concordance.capture.model;

/** Texts being continued together, token by token. Not thread-safe. */
public interface Decoding extends AutoCloseable {
    /** What stands for "no further token" of a text. */
    int STOPPED = -1;

    /** Logits of the token that follows, {@code [vocabulary]}; valid until {@link #append}. */
    float[] next(int row);

    /**
     * Adds a token to every text.
     *
     * @param tokens one for each text; {@link #STOPPED} ends a text for good
     */
    void append(int[] tokens);

    @Override
    void close();

    /** What a run of decoding changes in the model. */
    @FunctionalInterface
    interface EditsAt {
        /** The unmodified model. */
        EditsAt NONE = (batch, texts, from) -> Edits.NONE;

        /**
         * @param texts which text each row of the batch is
         * @param from position of the batch's first token in each text
         */
        Edits of(TokenBatch batch, int[] texts, int from);
    }
}
