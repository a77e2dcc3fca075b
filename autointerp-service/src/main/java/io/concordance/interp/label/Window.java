package io.concordance.interp.label;

import java.util.List;

/**
 * A stretch of a document as a language model is shown it.
 *
 * @param tokens texts of its tokens
 * @param activations of the feature, as many; all 0 where it is silent
 */
@SuppressWarnings("ArrayRecordComponent") // written as JSON, read, never compared
public record Window(String document, String arm, List<String> tokens, float[] activations) {

    public boolean fires() {
        return maximum() > 0;
    }

    public float maximum() {
        float maximum = 0;
        for (float activation : activations) {
            maximum = Math.max(maximum, activation);
        }
        return maximum;
    }

    public String text() {
        return String.join("", tokens);
    }

    /** How many tokens the feature fires on. */
    public int firings() {
        int firings = 0;
        for (float activation : activations) {
            firings += activation > 0 ? 1 : 0;
        }
        return firings;
    }
}
