package io.concordance.capture.search;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * A checked request, as a job keeps and shows it.
 *
 * @param target canonical name of the hook point where change is measured, or {@value #LOGITS}
 * @param directions how many at each radius
 * @param radius lengths, in mean lengths of the stream at the job's hook
 * @param steps of each ascent
 */
public record Search(String target, int directions, List<Double> radius, int steps, long seed) {
    public static final String LOGITS = "logits";
    /** Prompts that one search runs on, at most. */
    public static final int MOST_PROMPTS = 64;

    public Search {
        radius = List.copyOf(radius);
    }

    /** Logits are compared as distributions, hooks as vectors. */
    @JsonIgnore
    public Effect effect() {
        return target.equals(LOGITS) ? Effect.DIVERGENCE : Effect.CHANGE;
    }
}
