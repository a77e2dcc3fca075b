package io.concordance.interp.probe;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which row of a document a head's probe reads. */
public enum HeadRead {
    /** That of the last token before the model's own text, where it begins to answer. */
    @JsonProperty("last-prompt")
    LAST_PROMPT,
    /** That of the last token, the end of the answer. */
    @JsonProperty("last")
    LAST,
    /** The mean over the tokens that the model wrote. */
    @JsonProperty("output-mean")
    OUTPUT_MEAN;

    /**
     * The row, {@code [width]}.
     *
     * @param activations {@code [tokens, width]} row-major
     * @param prompt tokens before the first one that the model wrote
     * @return null where the document has no such token
     */
    float @Nullable [] row(float[] activations, int width, int tokens, int prompt) {
        return switch (this) {
            case LAST_PROMPT -> prompt == 0 ? null : rows(activations, width, prompt - 1, prompt);
            case LAST -> rows(activations, width, tokens - 1, tokens);
            case OUTPUT_MEAN -> prompt == tokens ? null : rows(activations, width, prompt, tokens);
        };
    }

    /** The mean of rows {@code [from, to)}. */
    private static float[] rows(float[] activations, int width, int from, int to) {
        if (to - from == 1) {
            return Arrays.copyOfRange(activations, from * width, to * width);
        }
        float[] mean = new float[width];
        for (int k = 0; k < width; k++) {
            double sum = 0;
            for (int t = from; t < to; t++) {
                sum += activations[t * width + k];
            }
            mean[k] = (float) (sum / (to - from));
        }
        return mean;
    }
}
