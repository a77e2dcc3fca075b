package io.concordance.interp.vocabulary;

import io.concordance.interp.label.TokenText;

/** A model's tokenizer. Thread-safe. */
public interface Tokenizer extends TokenText {
    /** How many tokens it puts before every text. */
    int lead();

    /** Token ids of a text, those that it puts around every text left out. */
    int[] tokens(String text);
}
