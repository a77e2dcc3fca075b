package io.concordance.registry.study.peer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An analysis of a dictionary as autointerp-service tells it.
 *
 * @param features how many features it labelled
 * @param attributions how many times it set a feature against the bad outcomes of an arm
 */
public record Analysis(
        String id,
        String dictionary,
        String state,
        int shardsDone,
        int shardsTotal,
        int features,
        int attributions,
        @Nullable String problem) {

    record Listing(List<Analysis> items) {}

    public boolean completed() {
        return state.equals("completed");
    }

    public boolean failed() {
        return state.equals("failed");
    }
}
