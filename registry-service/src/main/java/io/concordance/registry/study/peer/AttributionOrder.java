package io.concordance.registry.study.peer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A capture job that asks which features of a dictionary an action comes from. */
public record AttributionOrder(
        String model, List<String> hooks, String role, List<CaptureJob.Arm> arms, Attribution attribution) {

    /** @param ablate features to remove, one list for each removal; null for none */
    public record Attribution(
            String dictionary,
            Metric metric,
            boolean gradients,
            @Nullable Integer steps,
            @Nullable List<List<Integer>> ablate) {}

    /** The log-probability of a text. */
    public record Metric(String kind, String text) {
        public static Metric of(String text) {
            return new Metric("log-probability", text);
        }
    }
}
