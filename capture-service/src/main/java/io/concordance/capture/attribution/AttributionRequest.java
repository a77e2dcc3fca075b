package io.concordance.capture.attribution;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for; nothing is checked yet.
 *
 * @param dictionary digest
 * @param gradients whether every feature is attributed by gradients; true when absent and there are no groups
 * @param steps of integrated gradients, 0 for none; 8 when absent
 * @param ablate features to remove, one list for each removal
 */
public record AttributionRequest(
        @Nullable String dictionary,
        @Nullable Metric metric,
        @Nullable Boolean gradients,
        @Nullable Integer steps,
        @Nullable List<@Nullable List<@Nullable Integer>> ablate) {

    /**
     * @param kind {@code log-probability} of {@code text}, or {@code log-odds} of {@code tokens}
     * @param text the action
     * @param tokens texts of one token each
     */
    public record Metric(
            @Nullable String kind,
            @Nullable String text,
            @Nullable List<@Nullable String> tokens) {}
}
